"""A session keeps one upload per field, Streamlit's store no file that was read, and a page that is left frees both."""

from __future__ import annotations

import io

import numpy as np
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from lib.ui.uploads import drop_oldest
from tests.pages.test_every_page import healthy, open_page


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_a_large_upload_is_kept_until_the_page_is_left():
    app = open_page("mse_loss")
    app.session_state["mse_loss_more"] = True
    app.session_state["mse_loss_fill_next"] = ("input", np.ones((200, 100)))
    healthy(app.run())
    assert app.session_state["mse_loss_input_file"].shape == (200, 100)
    app.session_state["goto"] = "l1_loss"
    healthy(app.run())
    assert "mse_loss_input_file" not in app.session_state


def store_of(*sessions: tuple[str, list[int]]) -> MemoryUploadedFileManager:
    """A store in which each session has files of these sizes, named 0, 1, 2 …"""
    store = MemoryUploadedFileManager("/")
    for session, sizes in sessions:
        for place, size in enumerate(sizes):
            store.add_file(session, UploadedFileRec(str(place), "x.npy", "", bytes(size)))
    return store


def held(store: MemoryUploadedFileManager) -> dict[str, list[str]]:
    return {session: list(files) for session, files in store.file_storage.items() if files}


def test_of_many_files_of_one_session_the_last_ones_stay():
    store = store_of(("a", [1] * 10), ("b", [1]))
    drop_oldest(store)
    assert held(store) == {"a": ["8", "9"], "b": ["0"]}


def test_of_the_files_of_many_sessions_the_first_go():
    store = store_of(("a", [60]), ("b", [60]), ("c", [30]))
    drop_oldest(store, most_bytes=100)
    assert held(store) == {"b": ["0"], "c": ["0"]}
