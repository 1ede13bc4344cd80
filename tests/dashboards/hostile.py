"""Names as a business database may hold them, and how a test sees that none of them became markup."""

from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "{name} {0} %s",
    "Œufs & crème <b>fraîche</b> 10 %",
    "Ωμέγα Ж €",
)
EXECUTABLE = {"script", "img", "iframe", "object", "embed", "link", "base", "b"}


class _Seen(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.text = [], [], []
        self.is_data = False  # of a chart: not read by anybody

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.attributes += [name for name, _ in attrs]
        self.is_data = tag == "script"

    def handle_endtag(self, tag):
        self.is_data = self.is_data and tag != "script"

    def handle_data(self, data):
        if not self.is_data:
            self.text.append(data)


def seen(html):
    """What a browser makes of the HTML: elements with their attributes, attribute names, text."""
    parser = _Seen()
    parser.feed(str(html))
    parser.close()
    return parser


def words(html):
    """The text a reader sees; every kind of space is one space."""
    return " ".join(" ".join(seen(html).text).split())


def is_harmless(html):
    """No element that runs something but data for charts, no handler attribute."""
    parsed = seen(html)
    data_only = all(
        attrs.get("type") == "application/json" for tag, attrs in parsed.elements if tag == "script"
    )
    others = {tag for tag, _ in parsed.elements} & (EXECUTABLE - {"script"})
    return data_only and not others and not [name for name in parsed.attributes if name.startswith("on")]
