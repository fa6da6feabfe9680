"""The Unity package has a .meta file for all that Unity is to see."""

from pathlib import Path

from tools.unity_metas import metas, write

PACKAGE = Path(__file__).parents[2] / "clients" / "csharp"


def test_the_package_has_those_that_it_needs():
    wanted = metas(PACKAGE)
    assert {path: path.read_text() for path in PACKAGE.rglob("*.meta")} == wanted
    assert len({text.split("guid: ")[1] for text in wanted.values()}) == len(wanted) > 40


def test_they_follow_the_files(tmp_path):
    (tmp_path / "Runtime").mkdir()
    (tmp_path / "Runtime" / "A.cs").touch()
    (tmp_path / "Samples~").mkdir()
    (tmp_path / "Samples~" / "B.cs").touch()
    write(tmp_path)
    first = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.meta")}
    assert set(first) == {"Runtime.meta", "Runtime/A.cs.meta"}
    assert "folderAsset: yes" in first["Runtime.meta"]
    (tmp_path / "Runtime" / "A.cs").unlink()
    write(tmp_path)
    assert not (tmp_path / "Runtime" / "A.cs.meta").exists()
    assert (tmp_path / "Runtime.meta").read_text() == first["Runtime.meta"]
