"""All checks, one after the other. A part that brings something new to check adds its function here."""

from collections.abc import Iterator, Sequence

from api.doctor import files, indexes, surroundings
from api.doctor.finding import Check, Finding, Patient, wrong
from api.settings import Settings

CHECKS: Sequence[Check] = (
    files.named_files,
    files.data_folder,
    files.database,
    files.store,
    indexes.embedder,
    indexes.keyword_index,
    indexes.vector_index,
    surroundings.address,
    surroundings.model,
)


def findings(settings: Settings, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """What each check finds, as soon as it does. A check that fails itself is a finding too, and ends no other."""
    patient = Patient(settings)
    for check in checks:
        try:
            yield from check(patient)
        except Exception as error:  # whatever it is, the other checks are still worth having
            about = check.__name__.replace("_", " ")
            yield wrong(about, f"the check itself failed: {type(error).__name__}: {error}", "report it, with this line")
