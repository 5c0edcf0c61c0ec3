"""Count the cases of each table, and those in which dockertui differs on purpose."""

from tests.cases import cases, names

for name in names():
    listed = cases(name)
    print(f"{name:24} {len(listed):4} cases {sum(case.because is not None for case in listed):3} different on purpose")
