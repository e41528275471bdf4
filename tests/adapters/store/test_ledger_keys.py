"""Keys lie outside the study, and nobody but their owner can read them."""

import os
import stat
from pathlib import Path

import pytest

from petrial.adapters.store.keys import Keys, keys_folder
from petrial.vocabulary.errors import LedgerError


def test_new_keys_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    made = Keys.create(tmp_path / "a" / "keys")
    for name in ("vault.key", "signing.key"):
        assert stat.S_IMODE((tmp_path / "a" / "keys" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a" / "keys").stat().st_mode) == 0o700
    read = Keys.read(tmp_path / "a" / "keys")
    assert (read.vault, read.public) == (made.vault, made.public)


def test_keys_are_not_printed(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path)
    assert keys.vault.hex() not in repr(keys)
    assert repr(keys.vault) not in repr(keys)


def test_keys_are_never_written_over(tmp_path: Path) -> None:
    Keys.create(tmp_path)
    with pytest.raises(LedgerError, match="texts sealed with it would be lost"):
        Keys.create(tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    Keys.create(tmp_path)
    os.chmod(tmp_path / "signing.key", mode)  # noqa: PTH101  as chmod is typed
    with pytest.raises(LedgerError, match=r"which others can read.*Do: chmod 600"):
        Keys.read(tmp_path)


def test_a_missing_key_is_asked_for(tmp_path: Path) -> None:
    Keys.create(tmp_path)
    (tmp_path / "vault.key").unlink()
    with pytest.raises(LedgerError, match=r"vault\.key: found No such file") as refused:
        Keys.read(tmp_path)
    assert "PETRIAL_KEYS" in refused.value.problem.do


@pytest.mark.parametrize(("text", "length"), [("00" * 31, 31), ("no hexadecimal", 0), ("", 0)])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str, length: int) -> None:
    Keys.create(tmp_path)
    (tmp_path / "vault.key").write_text(text)
    with pytest.raises(LedgerError, match=f"found {length} bytes, wanted 32 bytes"):
        Keys.read(tmp_path)


def test_keys_lie_where_the_environment_says_or_with_the_users_settings() -> None:
    assert keys_folder("IMPACT", {"PETRIAL_KEYS": "/safe"}) == Path("/safe/IMPACT")
    assert keys_folder("IMPACT", {}) == Path.home() / ".config/petrial/keys/IMPACT"


@pytest.mark.parametrize("study", ["", "..", "a/b", "a\\b"])
def test_a_study_whose_name_is_no_folder_has_no_keys(study: str) -> None:
    with pytest.raises(LedgerError, match="a name that can be a folder's"):
        keys_folder(study, {})
