"""An order as a message that only has to be sent: the supplier's address, a few words, the PDF attached."""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pandas as pd

from optiflow_lib.errors import DocumentError, OrderError
from optiflow_lib.purchasing.paper import address_lines
from optiflow_lib.purchasing.plain import file_name, plain
from optiflow_lib.settings import PurchasingSettings
from optiflow_lib.texts import Language, day, text

# What every mail server takes; no quotes, comments or line ends. Domains of other alphabets come as punycode.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_LONGEST_NAME = 100


def order_eml(
    order: pd.Series, pdf: bytes, *, supplier: pd.Series, company: PurchasingSettings, language: Language
) -> bytes:
    """The order as an e-mail file (RFC 5322) that a mail program opens as a message not yet sent.

    It has no sender and no date: the mail program adds them. The same order gives the same bytes. A supplier
    without an address gets a message without one.

    Args:
        order: A row of schema `ORDERS`.
        pdf: Its document.
        supplier: A row of schema `SUPPLIERS`; several addresses are separated by commas or semicolons.
        company: Who orders.
        language: Of the message.

    Raises:
        OrderError: the order is a draft or was cancelled.
        DocumentError: an address of the supplier is none.
    """
    _refuse_not_valid(order)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = text(
        "Order {number} – {company}",
        language,
        number=plain(order["order_id"]),
        company=_name(company.company),
    )
    if addresses := _addresses(supplier):
        message["To"] = addresses
    message["X-Unsent"] = "1"  # Outlook opens it as a message to be sent
    message.set_content(_body(order, company, language), cte="base64")
    name = file_name(order["order_id"], "pdf")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    message.set_boundary(f"=_{hashlib.sha256(pdf).hexdigest()[:32]}")  # a random one would change the bytes
    return message.as_bytes()


def _refuse_not_valid(order: pd.Series) -> None:
    if order["state"] in ("draft", "cancelled"):
        raise OrderError(
            what=f"the order is {order['state']}: its supplier must not get it",
            where=f"order {order['order_id']}",
            mend="approve a draft before it is sent",
        )


def _addresses(supplier: pd.Series) -> tuple[Address, ...]:
    if not isinstance(supplier["email"], str):
        return ()
    given = [part.strip() for part in re.split("[;,]", supplier["email"]) if part.strip()]
    for address in given:
        if not _ADDRESS.fullmatch(address) or ".." in address or address.startswith(".") or ".@" in address:
            raise DocumentError(
                what=f"{address!r} is no e-mail address",
                where=f"supplier {supplier['supplier_id']}",
                mend="correct it in the business database; the PDF can be sent by hand",
            )
    return tuple(Address(_name(supplier["name"]), addr_spec=address) for address in given)


def _name(name: object) -> str:
    return plain(name)[:_LONGEST_NAME]


def _body(order: pd.Series, company: PurchasingSettings, language: Language) -> str:
    number = plain(order["order_id"])
    said = text("Please find attached our order {number}.", language, number=number)
    if pd.notna(order["expected_on"]):
        expected = day(order["expected_on"], language, style="long")
        said = text(
            "Please find attached our order {number}, for delivery on {day}.",
            language,
            number=number,
            day=expected,
        )
    asked = text(
        "Please confirm this order and its delivery date, and quote its number {number}.",
        language,
        number=number,
    )
    sender = "\n".join([plain(company.company), *address_lines(company.address)])
    return f"{text('Hello,', language)}\n\n{said}\n{asked}\n\n{text('Kind regards,', language)}\n{sender}\n"
