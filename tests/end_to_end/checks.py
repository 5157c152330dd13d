"""How a test is registered, and how it says what it expects."""

TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Skip(Exception):
    pass


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_exit(result, code):
    check(result.returncode == code,
          f"exit {result.returncode}, expected {code}: {result.stderr.strip()[-500:]}")
