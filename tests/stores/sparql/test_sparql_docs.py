"""docs/triplestores.md against real servers: its commands are run, and its table of options and its compose file are read."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from paths import ROOT
from running import commands

if TYPE_CHECKING:
    from servers.triplestore import Triplestore

PAGE = ROOT / "docs" / "triplestores.md"
#: The section of a store, and the address that its examples have.
ADDRESSES = {"Oxigraph": "localhost:7878", "Fuseki": "localhost:3030", "Virtuoso": "localhost:8890"}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def test_every_command_prints_what_it_says(store: Triplestore, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "input", tmp_path / "input")
    (tmp_path / "sources.rq").write_text(blocks(section("Oxigraph"), "sparql")[0], "utf-8")
    (tmp_path / "password").write_text("s3cret\n")
    store.client("https://w3id.org/kg-registry/graph/graph", "DELETE")
    program = f'#!/bin/sh\nPYTHONPATH={ROOT} exec "{sys.executable}" -m kgbuild "$@"\n'
    (tmp_path / "kgbuild").write_text(program)
    (tmp_path / "kgbuild").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    address = ADDRESSES[store.name]
    ran = 0
    for block in blocks(section(store.name), "console"):
        commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
        for command, expected in commands:
            here = command.replace(address, f"127.0.0.1:{store.port}")
            done = subprocess.run(["bash", "-c", here], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
            printed = (done.stdout + done.stderr).replace("\r", "").replace(f"127.0.0.1:{store.port}", address)
            assert doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS), f"{command}\n{printed}"
            ran += 1
    assert ran == {"Oxigraph": 3, "Fuseki": 3, "Virtuoso": 2}[store.name]


def test_the_servers_are_started_as_the_page_says(store: Triplestore) -> None:
    text = section(store.name).replace("\\\n", " ")
    own = {"--ping"}  # by which the tests know that Fuseki is there
    words = [re.sub(r"(?<=[:=])\d+$", "", Path(word).name if "/" in word[1:] else word) for word in store.command(writable=True)]
    said = set(re.sub(r"[:=]\d+(?=\s)", lambda match: match[0][0], text).split())
    said |= {Path(word).name for word in said}
    wanted = [word for word in words if word not in own and not word.startswith(("-X", "127.0.0.1", "data"))]
    assert [word for word in wanted if word not in said] == []


def test_the_options_that_the_page_names_are_there() -> None:
    options = {name for parameter in commands()["load sparql"].params for name in parameter.opts}
    named = set(re.findall(r"(?<=`)--[a-z-]+", PAGE.read_text("utf-8")))
    assert named <= options
    assert {"--endpoint", "--query", "--update", "--graph-store", "--graph", "--user", "--password-file", "--auth", "--strategy"} - {
        *re.findall(r"--[a-z-]+", PAGE.read_text("utf-8"))
    } == set()


@pytest.mark.parametrize("service", ["neo4j", "oxigraph"])
def test_the_compose_file_opens_no_port_to_others(service: str) -> None:
    described = yaml.safe_load((ROOT / "docs" / "compose.yaml").read_text("utf-8"))["services"][service]
    assert described["image"].rpartition(":")[2] != "latest"
    assert all(port.startswith("127.0.0.1:") for port in described["ports"])
    assert [volume.split(":") for volume in described["volumes"]] == [[service, "/data"]]


def test_the_workflow_is_yaml_that_keeps_the_password_secret() -> None:
    (workflow,) = (yaml.safe_load(block) for block in blocks(PAGE.read_text("utf-8"), "yaml"))
    step = workflow["jobs"]["load"]["steps"][-1]
    assert step["env"]["KGBUILD_SPARQL_PASSWORD"] == "${{ secrets.SPARQL_PASSWORD }}"
    assert "secrets" not in step["run"]
