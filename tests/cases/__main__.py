"""Count the cases of each table: how many there are, and in how many of them dockertui differs on purpose."""

from tests.cases import cases, names

for name in names():
    listed = cases(name)
    print(f"{name:24} {len(listed):4} cases {sum(case.because is not None for case in listed):3} different on purpose")
