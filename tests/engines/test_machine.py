"""What this machine's processor does well."""

from __future__ import annotations

import pytest

from panzad.engines.machine import fast_bfloat16


class TestFastBfloat16:
    @pytest.mark.parametrize(
        ("cpuinfo", "expected"),
        [
            ("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 gfni\n", True),
            ("flags\t\t: fpu avx512f amx_bf16 amx_tile\n", True),
            ("Features\t: fp asimd i8mm bf16\n", True),
            ("flags\t\t: fpu avx2 avx512f avx512_vnni\n", False),
            ("Features\t: fp asimd\n", False),
            ("", False),
        ],
    )
    def test_by_the_flags_of_the_processor(self, cpuinfo: str, expected: bool) -> None:
        assert fast_bfloat16(cpuinfo) == expected

    def test_this_machine_can_be_asked(self) -> None:
        assert fast_bfloat16() in (True, False)
