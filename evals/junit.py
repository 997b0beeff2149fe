"""A run as JUnit XML, which continuous integration shows test by test."""

from xml.etree import ElementTree

from evals.markup import printable
from evals.results import Results

_UNTAGGED = "untagged"


def junit(results: Results) -> str:
    """One `testcase` a case: a `failure` names what does not hold, an `error` that no answer came."""
    failed = sum(not one.passed and one.error is None for one in results.cases)
    errors = sum(one.error is not None for one in results.cases)
    counts = {"tests": str(len(results.cases)), "failures": str(failed), "errors": str(errors)}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(
        root, "testsuite", counts | {"name": printable(results.suite), "time": f"{results.timings.seconds:.3f}"}
    )
    for one in results.cases:
        tag = one.case.tags[0] if one.case.tags else _UNTAGGED
        seconds = results.timings.latencies_ms.get(one.case.id, 0.0) / 1000
        name = printable(f"{one.case.id}: {one.case.question}")
        test = ElementTree.SubElement(
            suite,
            "testcase",
            {"classname": f"{printable(results.suite)}.{printable(tag)}", "name": name, "time": f"{seconds:.3f}"},
        )
        if one.error is not None:
            ElementTree.SubElement(test, "error", {"message": printable(one.error)})
        elif not one.passed:
            fault = ElementTree.SubElement(test, "failure", {"message": printable(" ".join(one.faults))})
            fault.text = printable(f"Answer: {(one.response or {}).get('answer') or 'none'}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
