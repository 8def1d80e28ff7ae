"""Tiny pictures and sounds, made on the spot."""

import wave
from io import BytesIO

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
SEA: Colour = (24, 92, 132)


def png(colour: Colour = SEA, *, width: int = 64, height: int = 48) -> bytes:
    """A picture of one colour with a line across, as if it were a scratch on a hull."""
    picture = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(picture).line((4, height - 6, width - 8, 10), fill=(230, 230, 230), width=2)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def wav(*, milliseconds: int = 100) -> bytes:
    """Silence, as a sound file: mono, 8 kHz, 8 bits."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(b"\x80" * (8 * milliseconds))
    return file.getvalue()
