"""How the names of picture files end."""

from __future__ import annotations

PICTURE_ENDINGS = (
    *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff"),
    *(".avif", ".heic", ".jp2", ".ppm", ".pgm", ".tga", ".ico"),
)
