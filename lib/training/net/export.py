"""A run's numbers to take away: as CSV, and as event files that TensorBoard reads."""

from __future__ import annotations

import csv
import io
import math
import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from lib.training.net.run import Run
from lib.training.net.script import program_of


def epochs_csv(run: Run) -> str:
    """One row per epoch, the untrained network at 0: losses, and accuracies where there are classes."""
    rows = [{"epoch": epoch, **asdict(scores)} for epoch, scores in enumerate(run.history.scores)]
    names = [name for name in rows[0] if run.settings.data_set.classes or "accuracy" not in name]
    return _csv(names, ([row[name] for name in names] for row in rows))


def updates_csv(run: Run) -> str:
    """One row per recorded update: the rate of each parameter group, the norm of each layer's gradient."""
    layers = [f"gradient_norm_layer_{i}" for i in range(1, len(run.settings.sizes))]
    names = ["update", *(f"learning_rate ({title})" for title in run.group_titles), *layers]
    return _csv(names, ([at, *u.rates, *u.norms] for at, u in run.history.updates.entries))


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()


def folder_name(run: Run, place: int) -> str:
    """The run's name with what file systems dislike replaced; its place keeps names apart."""
    return f"{place}_{re.sub(r'[^0-9A-Za-z.]+', '_', run.name).strip('_') or 'run'}"


def tensorboard_zip(runs: Sequence[Run]) -> bytes:
    """A folder of event files per run; unzip and point `tensorboard --logdir` at it. Losses go by epoch, rates and
    gradient norms by update."""
    with tempfile.TemporaryDirectory() as folder:
        for place, run in enumerate(runs, 1):
            _write_events(run, Path(folder) / folder_name(run, place))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).rglob("*.tfevents.*")):
                archive.write(file, file.relative_to(folder))
        return packed.getvalue()


def _write_events(run: Run, folder: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter  # 0.2 s that nothing else needs

    with SummaryWriter(str(folder)) as writer:
        writer.add_text("program", f"```\n{program_of(run)}\n```")
        for epoch, scores in enumerate(run.history.scores):
            for name, value in asdict(scores).items():
                if not (math.isnan(value) and "accuracy" in name):
                    side, _, what = name.partition("_")
                    writer.add_scalar(f"{what}/{side}", value, epoch)
        for at, update in run.history.updates.entries:
            for title, rate in zip(run.group_titles, update.rates, strict=True):
                writer.add_scalar(f"learning rate/{title}", rate, at)
            for layer, norm in enumerate(update.norms, 1):
                writer.add_scalar(f"gradient norm/layer {layer}", norm, at)
