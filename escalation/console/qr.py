"""Links as squares for a phone's camera."""

from __future__ import annotations

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage


def qr_code(link: str) -> Markup:
    """The drawing, to be put into a page as it is."""
    return Markup(qrcode.make(link, image_factory=SvgPathImage, border=2).to_string(encoding="unicode"))  # noqa: S704 -- made by the library
