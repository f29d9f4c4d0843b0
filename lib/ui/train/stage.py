"""A run on its stage: started, stopped and continued, and watched while it trains."""

from __future__ import annotations

import time

import streamlit as st

from lib.training.net import optimizers
from lib.training.net.run import RUNNING, STOPPED, Run, check
from lib.training.net.seats import Seats
from lib.training.net.settings import Settings
from lib.ui.budget import page_budget
from lib.ui.live_training import live_pictures
from lib.ui.text import coloured, plain, say, say_error

SLICE = 0.15  # seconds of training between two pictures
EVERY = 0.2  # seconds between two pictures
SEATS = Seats()  # one for the whole server
MOST_RUNS = 6  # kept for comparing


def kept_runs() -> list[Run]:
    """The runs of this session, the latest last."""
    return st.session_state.setdefault("train_runs", [])


def show_stage(settings: Settings, problems: list[str]) -> Run | None:
    """Buttons, progress and live pictures: of the latest run, or of what the set-up would start from."""
    latest = kept_runs()[-1] if kept_runs() else None
    if latest and latest.state == RUNNING and not SEATS.heard(id(latest), time.monotonic()):
        latest.stop()  # the page was closed or left
    fresh = None
    if problems or latest is None or (latest.state != RUNNING and latest.settings != settings):
        fresh = _fresh(settings, problems)
    held = latest is not None and (latest.state in (RUNNING, STOPPED) or latest.settings == settings)
    shown = latest if held else fresh
    if shown is None:
        return None
    busy, stopped = held and shown.state == RUNNING, held and shown.state == STOPPED
    ready = not busy and not problems and (fresh is not None or shown.settings == settings)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="train_buttons"):
        st.button(say("Start"), on_click=_start, args=(settings,), disabled=not ready, key="train_start")
        st.button(say("Stop"), on_click=stop, args=(shown,), disabled=not busy, key="train_stop")
        st.button(say("Continue"), on_click=_go_on, args=(shown,), disabled=not stopped, key="train_continue")
        st.markdown(_told(shown) if held else say("This is where it starts: epoch 0, untrained."), width="stretch")
    if stopped and fresh is not None:
        st.caption(say("The set-up has changed: Start trains the new one, Continue goes on with the old one."))
    if advice := optimizers.advice(shown.settings):
        st.caption(say(advice))
    st.fragment(_watch, run_every=EVERY if busy else None)(shown, held)
    return shown


def _fresh(settings: Settings, problems: list[str]) -> Run | None:
    """The untrained network of the set-up; None, with the reason on the page, where there can be none."""
    if problems:
        st.info(say("Training waits for: {fields}.", fields="; ".join(problems)))
        return None
    try:
        check(settings, budget=page_budget())
        return Run("", settings)
    except (ValueError, ArithmeticError, TypeError, RuntimeError) as error:  # what torch raises for odd arguments
        st.error(say("This cannot be trained. {reason}", reason=say_error(error)))
        return None


def _start(settings: Settings) -> None:
    runs = kept_runs()
    st.session_state["train_count"] = count = st.session_state.get("train_count", 0) + 1
    rate = f"{settings.rates['lr']:g}"
    run = Run(say("{count}: {name}, lr {rate}", count=count, name=settings.optimizer, rate=rate), settings)
    runs.append(run)
    del runs[:-MOST_RUNS]
    SEATS.ahead(id(run), time.monotonic())


def stop(run: Run) -> None:
    run.stop()
    SEATS.leave(id(run))


def _go_on(run: Run) -> None:
    run.go_on()
    SEATS.ahead(id(run), time.monotonic())


def _told(run: Run) -> str:
    """How the run is doing, in a sentence."""
    match run.state:
        case "done":
            return say("Done in {seconds:.1f} s.", seconds=run.seconds)
        case "stopped":
            return say("Stopped in epoch {epoch}. Continue keeps the optimizer as it is.", epoch=run.epoch + 1)
        case "failed":
            return coloured(
                "red", say("Ended in epoch {epoch}: {problem}", epoch=run.epoch, problem=plain(run.problem))
            )
        case "diverged":
            says = say(
                "Diverged in epoch {epoch}: the loss is no finite number any more, and the pictures reach up to there. "
                "A smaller learning rate may help.",
                epoch=run.epoch,
            )
            return coloured("red", says)
        case _:
            return say("Training.")


def _watch(run: Run, kept: bool) -> None:
    """Trains for a slice of time and shows what came of it; a fragment, so nothing else is drawn anew."""
    if kept and run.state == RUNNING:
        ahead = SEATS.ahead(id(run), time.monotonic())
        if ahead:
            st.info(
                say(
                    "{most} runs train on this server now; yours begins after {ahead} more.",
                    most=SEATS.most,
                    ahead=ahead,
                )
            )
        else:
            run.advance(SLICE, budget=page_budget())
        if run.state != RUNNING:
            SEATS.leave(id(run))
            st.rerun()
    share = min(1.0, run.epoch / run.settings.epochs)
    st.progress(share, say("epoch {epoch} of {epochs}", epoch=run.epoch, epochs=run.settings.epochs))
    live_pictures(run, key="train_live")
    st.markdown(numbers_of(run))


def numbers_of(run: Run) -> str:
    """The latest losses and accuracies."""
    s = run.scores
    text = say("train loss **{a:.4g}** · test loss **{b:.4g}**", a=s.train_loss, b=s.test_loss)
    if not run.settings.data_set.classes:
        return text
    return text + say(" · right: **{a:.1%}** of train, **{b:.1%}** of test", a=s.train_accuracy, b=s.test_accuracy)
