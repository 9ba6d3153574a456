# What Ward's quickstart and tests need on Debian 12 with Swift 6.3: sourced by examples/quickstart/run and Tests/run.
# Every step looks first and does nothing when there is nothing to do, so that a machine that was set up once needs no network.
#
#   ward_root        the clone
#   WARD_VENV        the Python environment with the sample images (default: .venv in the clone)
#   WARD_OPENVINO_DIR  OpenVINO's libraries (default: ~/.local/lib/ward/openvino); empty when they cannot be had
#   WARD_SCRATCH     the build folder (default: .build in the clone)

ward_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WARD_VENV=${WARD_VENV:-$ward_root/.venv}
WARD_SCRATCH=${WARD_SCRATCH:-$ward_root/.build}

if [ -t 1 ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold='' plain=''
fi

step() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '    %s\n' "$*"; }
complain() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as root: as it is, or with sudo. Without a terminal sudo must not ask; with one it asks on the terminal itself.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif ! command -v sudo > /dev/null; then
        complain "this needs root, and there is no sudo: $*"
    elif (: < /dev/tty) 2> /dev/null; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || printf '%s ' "$package"
    done
}

install_packages() {
    local log=$WARD_SCRATCH/apt.log
    mkdir -p "$WARD_SCRATCH"
    if as_root apt-get -o DPkg::Lock::Timeout=120 update -qq < /dev/null > "$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" \
            < /dev/null >> "$log" 2>&1; then
        return 0
    fi
    tail -n 5 "$log"
    return 1
}

need_packages() {
    command -v dpkg-query > /dev/null || complain "this set-up is for Debian 12; install the equivalents of: $*"
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    step "Installing Debian packages: $missing"
    # shellcheck disable=SC2086
    install_packages $missing || complain "apt-get could not install: $missing"
}

# Packages whose absence only skips something.
want_packages() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    step "Installing Debian packages (optional): $missing"
    # shellcheck disable=SC2086
    install_packages $missing || note "could not install $missing; what needs them is skipped"
}

need_system() {
    need_packages ca-certificates curl git libcharls2 libcurl4 libopenjp2-7 libsqlite3-dev libssl-dev openssl pkg-config python3 \
        python3-pip python3-venv zlib1g-dev
    want_packages bindfs fuse3
}

need_swift() {
    command -v swift > /dev/null || complain "swift is not on the PATH: install Swift 6.3 (https://www.swift.org/install/linux/)"
    local version
    version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case $version in
        6.[3-9] | 6.[1-9][0-9] | [7-9].*) ;;
        *) complain "Ward needs Swift 6.3; this is ${version:-unknown}: $(command -v swift)" ;;
    esac
}

# A Python with pydicom and numpy, for the sample images and the phantoms.
need_python() {
    local wanted=$ward_root/examples/quickstart/requirements.txt
    if [ -x "$WARD_VENV/bin/python3" ] && cmp -s "$wanted" "$WARD_VENV/ward-requirements.txt"; then return 0; fi
    step "Making a Python environment with the sample images: $WARD_VENV"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || complain "Python 3.11 or later is needed; this is $(python3 --version)"
    rm -rf "$WARD_VENV"
    python3 -m venv "$WARD_VENV" || complain "python3 -m venv failed"
    "$WARD_VENV/bin/python3" -m pip install --disable-pip-version-check --progress-bar off -r "$wanted" ||
        complain "pip could not install $(tr '\n' ' ' < "$wanted"): is PyPI (or its mirror) reachable?"
    cp "$wanted" "$WARD_VENV/ward-requirements.txt"
}

# The folder with CT_small.dcm and MR_small.dcm.
dicom_samples() {
    "$WARD_VENV/bin/python3" -c 'import pathlib, pydicom; print(pathlib.Path(pydicom.__file__).parent / "data" / "test_files")'
}

need_openvino() {
    WARD_OPENVINO_DIR=${WARD_OPENVINO_DIR:-$HOME/.local/lib/ward/openvino}
    if [ ! -f "$WARD_OPENVINO_DIR/ward-openvino.sha256" ]; then step "Fetching OpenVINO"; fi
    if "$ward_root/examples/models/fetch-openvino" "$WARD_OPENVINO_DIR" > "$WARD_SCRATCH/fetch-openvino.log" 2>&1; then
        export WARD_OPENVINO_DIR
    else
        note "$(tail -n 1 "$WARD_SCRATCH/fetch-openvino.log")"
        note "going on with Ward's built-in kernel"
        WARD_OPENVINO_DIR=''
        unset WARD_OPENVINO_DIR
    fi
}

# The release binary, path in WARD_BINARY. A WARD_BINARY that is set already is taken as it is.
need_ward() {
    if [ -n "${WARD_BINARY:-}" ]; then
        [ -x "$WARD_BINARY" ] || complain "WARD_BINARY is not an executable: $WARD_BINARY"
        return 0
    fi
    step "Building ward (the first time takes some minutes)"
    swift build --package-path "$ward_root" --scratch-path "$WARD_SCRATCH" -c release --product ward || complain "the build failed"
    WARD_BINARY=$(swift build --package-path "$ward_root" --scratch-path "$WARD_SCRATCH" -c release --show-bin-path)/ward
    export WARD_BINARY
}
