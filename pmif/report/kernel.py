"""The kernel a page is run by. A module of its own, so that only the processes that need Jupyter load it."""

import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager


class OwnKernel(AsyncKernelManager):
    """A kernel in this very interpreter, whatever else is installed under the name python3."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, language="python", display_name="Python 3")
