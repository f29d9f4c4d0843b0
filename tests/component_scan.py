"""Makes AppTest quicker: Streamlit looks for components in every installed package whenever one is made."""

from __future__ import annotations

from functools import cache

from streamlit.components.v2 import manifest_scanner


def scan_packages_once() -> None:
    """From now on one look per process is enough: no package is installed while tests run."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
