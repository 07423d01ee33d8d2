"""What an organisation starts from (containers, systemd units, reverse proxy) gives away no secret, has no right too many, and fits the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values
from pydantic import SecretStr

from bot.closed import SENTENCES
from bot.roles import Role
from bot.settings import Settings, setting_names
from content.editorial import library
from tests.test_docs import ROOT

DEPLOY = ROOT / "scripts" / "deploy"
CONTAINERS, SYSTEMD = DEPLOY / "containers", DEPLOY / "systemd"
IMAGES = sorted(CONTAINERS.glob("*.Containerfile"))
UNITS = sorted(SYSTEMD.glob("*.service"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
KNOWN_KEYS = {
    "restart", "init", "read_only", "cap_drop", "security_opt", "logging", "image", "build", "user", "env_file", "environment", "secrets",
    "ports", "networks", "volumes", "tmpfs", "healthcheck", "stop_grace_period", "stop_signal", "shm_size", "mem_limit", "cpus", "pids_limit",
    "depends_on",
}  # fmt: skip
HARDENED = {
    "CapabilityBoundingSet": "", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "ProtectProc": "invisible", "ProtectClock": "yes", "ProtectControlGroups": "yes", "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "RestrictNamespaces": "yes", "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "SystemCallArchitectures": "native", "LimitCORE": "0", "UMask": "0077",
}  # fmt: skip
MOST_EXPOSED = 2.0
"""Of 10, as `systemd-analyze security` counts."""


def secret_settings() -> set[str]:
    """The settings whose values are never shown."""
    return {f"BREAKWATER_{name.upper()}" for name, field in Settings.model_fields.items() if SecretStr.__name__ in str(field.annotation)}


def composed() -> dict[str, Any]:
    """Both compose files, laid over each other as the engine does."""
    whole = yaml.safe_load((CONTAINERS / "compose.yml").read_text())
    for part, entries in yaml.safe_load((CONTAINERS / "compose.postgresql.yml").read_text()).items():
        for name, entry in entries.items():
            there = whole[part].setdefault(name, {})
            for key, value in (entry or {}).items():
                there[key] = (
                    [*there[key], *value] if isinstance(there.get(key), list) else {**there[key], **value} if key in there else value
                )
    return dict(whole)


def parts() -> dict[str, Any]:
    """The program's parts in containers of their own."""
    return dict(yaml.safe_load((CONTAINERS / "compose.parts.yml").read_text())["services"])


def unit(path: Path) -> dict[str, list[str]]:
    """Every line of a unit, by its name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_an_image_is_built_as_it_should_be(path: Path) -> None:
    looked = subprocess.run([Path(sys.executable).with_name("hadolint"), path], capture_output=True, text=True, timeout=60, check=False)
    assert (looked.returncode, looked.stdout) == (0, "")


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_an_image_holds_no_setting_and_runs_as_nobody_special(path: Path) -> None:
    *_, last = path.read_text().split("\nFROM ")
    assert re.search(r"^USER 1\d{4}:1\d{4}$", last, re.M), "the last stage runs as a user of its own"
    assert "BREAKWATER_" not in path.read_text()
    left_out = Path(f"{path}.dockerignore").read_text().splitlines()
    assert next(line for line in left_out if not line.startswith("#")) == "*", "only what is named goes in"
    assert "**/.env" in left_out


def test_images_stand_on_the_python_that_is_checked() -> None:
    app, intents = (set(re.findall(r"^FROM python:(\d+\.\d+)-", path.read_text(), re.M)) for path in IMAGES)
    assert app == {PROJECT["tool"]["mypy"]["python_version"]}
    assert app == {PROJECT["project"]["requires-python"].removeprefix(">=")}
    assert intents == set(re.findall(r"\)\" = (3\.\d+) \]", (ROOT / "nlu" / "service" / "lib.sh").read_text()))


@pytest.mark.parametrize("name", ["app", "intents", "db"])
def test_a_container_has_no_right_too_many(name: str) -> None:
    service = composed()["services"][name]
    assert set(service) <= KNOWN_KEYS
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert {"healthcheck", "mem_limit", "cpus", "pids_limit", "restart", "tmpfs"} <= set(service)
    assert all("noexec" in line for line in service["tmpfs"] if line.startswith("/tmp:"))  # noqa: S108


@pytest.mark.parametrize("name", ["turns", "send", "calendar"])
def test_a_part_has_the_rights_and_secrets_of_the_whole_program_and_is_reached_by_nobody(name: str) -> None:
    whole, part = composed()["services"]["app"], parts()[name]
    same = {"image", "user", "read_only", "cap_drop", "security_opt", "tmpfs", "mem_limit", "pids_limit", "healthcheck", "env_file"}
    assert {key: part[key] for key in same} == {key: whole[key] for key in same}
    assert set(part["secrets"]) == set(whole["secrets"])
    assert set(part["networks"]) == set(whole["networks"])
    assert "ports" not in part
    assert set(part) <= KNOWN_KEYS | {"command"}


def test_the_containers_together_do_every_part_of_the_work() -> None:
    roles = [word for service in parts().values() for before, word in pairwise(service["command"]) if before == "--role"]
    assert sorted(roles) == sorted(Role)


def test_the_units_of_parts_are_those_of_the_whole_program_but_for_their_role_port_and_database(tmp_path: Path) -> None:
    subprocess.run([SYSTEMD / "parts.sh", tmp_path, "turns:8082", "send:8084"], check=True, timeout=10)
    whole = unit(SYSTEMD / "breakwater@.service")
    for role, port in (("turns", 8082), ("send", 8084)):
        part = unit(tmp_path / f"breakwater-{role}-{port}@.service")
        [start] = part.pop("ExecStart")
        assert start.endswith(f"breakwater serve --without-intents --role {role}") and f"127.0.0.1:{port} " in start
        assert {name for name in whole if part.get(name) != whole[name]} == {"Description", "ExecStart", "Environment", "LoadCredential"}
        assert [line for line in part["Environment"] if "DATABASE_URL" in line] == []
        assert {line.partition(":")[0] for line in part["LoadCredential"]} == secret_settings() | {"BREAKWATER_DATABASE_URL"}


def test_without_further_words_every_role_has_a_unit(tmp_path: Path) -> None:
    subprocess.run([SYSTEMD / "parts.sh", tmp_path], check=True, timeout=10)
    assert {path.name.split("-")[1] for path in tmp_path.iterdir()} == set(Role)


def test_only_the_program_is_reached_and_only_from_this_machine() -> None:
    whole = composed()
    open_ports = {name: service.get("ports", []) for name, service in whole["services"].items()}
    assert open_ports == {"app": ["127.0.0.1:${PORT:-8080}:8080"], "intents": [], "db": []}
    private = {name for name, network in whole["networks"].items() if network.get("internal")}
    for name in ("intents", "db"):
        assert set(whole["services"][name]["networks"]) <= private


def test_everything_that_the_containers_name_is_declared() -> None:
    whole = composed()
    for service in whole["services"].values():
        assert set(service["networks"]) <= set(whole["networks"])
        assert set(service.get("secrets", [])) <= set(whole["secrets"])
        volumes = {re.sub(r"\$\{\w+:-(\w+)\}", r"\1", volume).partition(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(whole["volumes"])
    assert {whole["services"][name]["image"] for name in ("app", "intents")} == {
        f"breakwater/{name}:{PROJECT['project']['version']}" for name in ("app", "intents")
    }
    for name in ("app", "intents"):
        build = whole["services"][name]["build"]
        assert (CONTAINERS / build["context"] / build["dockerfile"]).resolve() in IMAGES


@pytest.mark.rule("S76")
def test_no_secret_stands_in_a_file_that_is_read_by_many() -> None:
    whole = composed()
    assert {secret["file"].rpartition("/")[2] for secret in whole["secrets"].values()} == set(whole["secrets"])
    for service in whole["services"].values():
        assert not secret_settings() & set(service.get("environment", {}))
    assert not secret_settings() & set(dotenv_values(DEPLOY / "breakwater.env"))
    for path in UNITS:
        assert not [line for line in unit(path).get("Environment", []) if line.partition("=")[0] in secret_settings()]


def test_every_secret_setting_has_its_file() -> None:
    given = set(composed()["services"]["app"]["secrets"])
    assert given == secret_settings() | {"BREAKWATER_DATABASE_URL"}
    handed_over = dict(line.split(":") for line in unit(SYSTEMD / "breakwater@.service")["LoadCredential"])
    assert set(handed_over) == secret_settings()
    assert all(path == f"/etc/breakwater/%i/secrets/{name}" for name, path in handed_over.items())
    [made] = re.findall(r"^for secret in ([A-Z_ \\\n]+)$", (ROOT / "docs" / "deployment.md").read_text(), re.M)
    assert {f"BREAKWATER_{name}" for name in made.replace("\\", "").split()} == secret_settings()


def test_the_example_settings_are_ones_that_start() -> None:
    given = {name.removeprefix("BREAKWATER_").lower(): value for name, value in dotenv_values(DEPLOY / "breakwater.env").items()}
    settings = Settings(**given, data_key="A" * 43 + "=", backup_folder="backups", _env_file=None)  # type: ignore[arg-type]
    assert settings.mode == "production"


def test_every_setting_that_is_named_exists() -> None:
    texts = [path.read_text() for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for text in texts for name in re.findall(r"BREAKWATER_[A-Z_]+", text)}
    assert named and named <= set(setting_names())


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_no_right_too_many(path: Path) -> None:
    lines = unit(path)
    assert {name: lines.get(name, ["missing"])[-1] for name in HARDENED} == HARDENED
    assert lines["User"][0].startswith("breakwater-") and lines["User"] == lines["Group"]
    users = re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.conf").read_text(), re.M)
    assert lines["User"][0].replace("%i", "harbour") in users


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_the_units_and_calls_them_safe(tmp_path: Path) -> None:
    (made := tmp_path / "made").mkdir()
    subprocess.run([SYSTEMD / "parts.sh", made, "turns:8082", "console:8085"], check=True, timeout=10)
    for path in [*UNITS, *SYSTEMD.glob("*.timer"), *made.iterdir()]:
        text = path.read_text().replace("/opt/breakwater/", f"{ROOT}/").replace(f"{ROOT}/.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / path.name.replace("@.", "@harbour.")).write_text(text)
    units = sorted(path for path in tmp_path.iterdir() if path.is_file())
    verified = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", *units], capture_output=True, text=True, timeout=60)
    assert (verified.returncode, verified.stderr) == (0, "")
    for one in (path for path in units if path.suffix == ".service"):
        safe = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", str(one)]
        assert subprocess.run(safe, capture_output=True, timeout=60).returncode == 0, one.name


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")), ids=lambda path: path.name)
def test_a_script_can_be_started_and_is_one(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", path], capture_output=True, timeout=10).returncode == 0
    assert "set -euo pipefail" in path.read_text()


def test_the_proxy_keeps_no_log_of_visits_and_says_who_is_behind_it() -> None:
    text = (DEPLOY / "proxy" / "nginx.conf").read_text()
    assert text.count("\nserver {") == text.count("access_log off;") == 2
    assert set(re.findall(r"access_log (\S+);", text)) == {"off"}
    for line in (
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_buffering off;",
        "location = /metrics { return 404; }",
        f"server {Settings.model_fields['listen'].default};",
    ):
        assert line in text


def test_the_words_while_the_program_is_away_are_the_reviewed_ones() -> None:
    words = library.load()
    said = [" ".join(words.message(f"web_chat.{name}").say) for name in SENTENCES]
    assert (DEPLOY / "proxy" / "away.txt").read_text().strip().split("\n\n") == said
