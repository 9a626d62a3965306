"""Texts about numbers, durations and the progress of an export."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from studio.session.datasets.export_jobs import ExportRunner, ExportStage

translate = QCoreApplication.translate


def localised_number(value: int) -> str:
    """A number as the current language writes it, such as "10,000"."""
    return QLocale().toString(value)


def duration_text(seconds: float) -> str:
    """A duration rounded to seconds, minutes, or hours and minutes."""
    if seconds < 60:
        return translate("Export", "{count} s").format(count=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return translate("Export", "{count} min").format(count=minutes)
    return translate("Export", "{hours} h {minutes} min").format(
        hours=localised_number(minutes // 60), minutes=minutes % 60
    )


def export_status_text(exports: ExportRunner) -> str:
    """The progress of an export in a few words; empty if there is none."""
    request, progress = exports.request, exports.progress
    if request is None or exports.stage is ExportStage.NONE:
        return ""
    if exports.stage is ExportStage.WAITING:
        return translate("Export", "Waiting for the engine…")
    if progress is None:
        return "" if exports.stage is ExportStage.STOPPED else translate("Export", "Preparing…")
    parts = [
        translate("Export", "{done} of {count} pairs").format(
            done=localised_number(progress.pairs), count=localised_number(request.count)
        )
    ]
    if progress.rejected:
        parts.append(translate("Export", "{count} rejected").format(count=localised_number(progress.rejected)))
    if exports.stage is ExportStage.PAUSED:
        parts.append(translate("Export", "paused"))
    elif exports.stage is ExportStage.STOPPED:
        parts.append(translate("Export", "stopped"))
    elif progress.pairs >= request.count:
        parts.append(translate("Export", "finishing…"))
    elif progress.eta is not None and progress.per_second:
        rate = QLocale().toString(progress.per_second, "f", 1 if progress.per_second < 10 else 0)
        parts.append(translate("Export", "{rate} per second").format(rate=rate))
        parts.append(translate("Export", "{time} left").format(time=duration_text(progress.eta)))
    return " · ".join(parts)
