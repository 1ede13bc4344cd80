"""The text of an order's document, from the letterhead to the totals."""

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from optiflow_lib.purchasing import look
from optiflow_lib.purchasing.look import words
from optiflow_lib.purchasing.paper import Paper, address_lines
from optiflow_lib.purchasing.table import lines_table
from optiflow_lib.texts import Language, day, text

_ADDRESS_LINES, _ADDRESS_LENGTH, _ID_LENGTH = 6, 120, 80
_GAP = 8 * mm
_TIGHT = look.plain_cells(sides=0, above=0, below=2)


def order_story(paper: Paper, language: Language) -> list[Flowable]:
    """The document's parts in their order."""
    return [
        _letterhead(paper, language),
        Spacer(0, _GAP),
        _facts(paper, language),
        Spacer(0, _GAP),
        lines_table(paper, language),
    ]


def title(paper: Paper, language: Language) -> str:
    """What the document is."""
    if paper.is_valid:
        return text("Purchase order", language)
    return text("Draft order" if paper.state == "draft" else "Cancelled order", language)


def _letterhead(paper: Paper, language: Language) -> Table:
    company = paper.company
    who = [words(company.company, look.COMPANY), *_address(company.address)]
    if company.vat_id:
        who.append(words(text("VAT number: {number}", language, number=company.vat_id), look.SMALL))
    what = [words(title(paper, language), look.TITLE), words(paper.order_id, look.NUMBER, limit=_ID_LENGTH)]
    rule = [("LINEBELOW", (0, 0), (-1, 0), 0.8, look.INK), ("BOTTOMPADDING", (0, 0), (-1, 0), 10)]
    return Table([[who, what]], colWidths=look.widths(58, 42), style=[*_TIGHT, *rule])


def _facts(paper: Paper, language: Language) -> Table:
    dated = text("Date of the order", language) if paper.is_valid else text("Date of the draft", language)
    facts = {
        dated: day(paper.ordered_on, language, style="long"),
        text("Delivery expected on", language): day(paper.expected_on, language, style="long"),
        text("Deliver to", language): paper.deliver_to,
        text("Supplier number", language): paper.supplier["supplier_id"],
    }
    left = Table(
        [[words(label, look.LABEL), words(fact, limit=_ADDRESS_LENGTH)] for label, fact in facts.items()],
        colWidths=look.widths(20, 35),
        style=[*_TIGHT, ("BOTTOMPADDING", (0, 0), (-1, -1), 2)],
    )
    return Table([[left, _supplier(paper, language)]], colWidths=look.widths(58, 42), style=_TIGHT)


def _supplier(paper: Paper, language: Language) -> list[Flowable]:
    supplier = paper.supplier
    return [
        words(text("Supplier", language), look.LABEL),
        words(supplier["name"], look.STRONG),
        *_address(supplier["address"]),
        *([words(supplier["email"], look.SMALL)] if isinstance(supplier["email"], str) else []),
    ]


def _address(address: object) -> list[Paragraph]:
    lines = address_lines(address)
    shown = [*lines[: _ADDRESS_LINES - 1], ", ".join(lines[_ADDRESS_LINES - 1 :])]
    return [words(line, limit=_ADDRESS_LENGTH) for line in shown if line]
