"""The message is read again by Python's parser, as a mail program would."""

import email
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_frames import COMPANY, HOSTILE, order_of, supplier_of

from optiflow_lib.errors import DocumentError, OrderError
from optiflow_lib.purchasing import order_eml, supplier_language
from optiflow_lib.purchasing.plain import plain
from optiflow_lib.settings import PurchasingSettings

PDF = b"%PDF-1.4 \r\n\x00\xff--=_boundary"
HEADERS = {"Subject", "To", "X-Unsent", "MIME-Version", "Content-Type"}


def message(*, language="fr", order=None, company=COMPANY, **supplier):
    content = order_eml(
        order_of() if order is None else order,
        PDF,
        supplier=supplier_of(**supplier),
        company=company,
        language=language,
    )
    return email.message_from_bytes(content, policy=policy.default)


def words_of(sent):
    return sent.get_body().get_content().replace("\r\n", "\n")


def test_a_french_supplier_gets_a_french_message_with_the_document():
    sent = message()
    assert sent["Subject"] == "Commande BC-2026-000001 – Maison Optiflow"
    assert str(sent["To"]) == "Dupont & Fils <ventes@dupont.example>"
    assert words_of(sent) == (
        "Bonjour,\n\nVeuillez trouver ci-joint notre commande BC-2026-000001, à livrer le 6 novembre 2026.\n"
        "Merci de confirmer cette commande et sa date de livraison en rappelant son numéro BC-2026-000001.\n\n"
        "Cordialement,\nMaison Optiflow\n12 rue des Halles\n75001 Paris\n"
    )
    (attached,) = sent.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("BC-2026-000001.pdf", "application/pdf")
    assert attached.get_content() == PDF


def test_an_english_supplier_gets_an_english_message():
    sent = message(language="en", order=order_of(expected_on=None))
    assert sent["Subject"] == "Order BC-2026-000001 – Maison Optiflow"
    assert "Please find attached our order BC-2026-000001.\n" in words_of(sent)


def test_there_is_no_clock_and_no_chance_in_a_message():
    assert set(message().keys()) == HEADERS
    assert message().as_bytes() == message().as_bytes()
    assert message().get_boundary().startswith("=_")


def test_a_message_is_opened_to_be_sent():
    assert message()["X-Unsent"] == "1"
    assert message()["From"] is None


@pytest.mark.parametrize("missing", [None, "", " ; "])
def test_without_an_address_there_is_none_in_the_message(missing):
    assert message(email=missing)["To"] is None


def test_several_addresses_all_get_it():
    sent = message(email="ventes@dupont.example; adv@dupont.example,")
    assert [address.addr_spec for address in sent["To"].addresses] == [
        "ventes@dupont.example",
        "adv@dupont.example",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "ventes",
        "ventes@dupont",
        "a@b.example\r\nBcc: eve@evil.example",
        "a b@dupont.example",
        '"x"@dupont.example',
        "é@dupont.example",
        "a..b@dupont.example",
        ".a@dupont.example",
        "a.@dupont.example",
        "<a@dupont.example>",
    ],
)
def test_what_is_no_address_is_named(address):
    with pytest.raises(DocumentError, match="is no e-mail address") as caught:
        message(email=address)
    assert "supplier F01" in str(caught.value)


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_what_is_no_order_is_not_sent(state):
    with pytest.raises(OrderError, match=f"the order is {state}: its supplier must not get it"):
        message(order=order_of(state=state))


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300), st.sampled_from(HOSTILE), st.sampled_from(["a\r\nBcc: e@e.example", "x\n\ny"])
    ),
    st.one_of(st.text(max_size=300), st.sampled_from(HOSTILE)),
)
def test_no_name_adds_a_header_or_ends_one(company, supplier):
    sent = message(company=PurchasingSettings(company=company, address=supplier), name=supplier)
    assert set(sent.keys()) == HEADERS
    assert not sent.defects
    assert sent["Subject"].rstrip() == f"Commande BC-2026-000001 – {plain(company)[:100]}".rstrip()
    assert [address.addr_spec for address in sent["To"].addresses] == ["ventes@dupont.example"]
    assert plain(company) in words_of(sent)
    assert [part.get_content() for part in sent.iter_attachments()] == [PDF]


@pytest.mark.parametrize(
    ("written", "read"),
    [("fr", "fr"), ("FR", "fr"), ("fr_BE", "fr"), ("en", "en"), ("de", "en"), ("", "fr"), (None, "fr")],
)
def test_a_supplier_reads_french_or_english_or_what_the_shop_reads(written, read):
    assert supplier_language(written, otherwise="fr") == read
