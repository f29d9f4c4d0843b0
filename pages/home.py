"""The home page."""

import streamlit as st


def render() -> None:
    st.title("Torch by Hand")
