"""How Voilà and tornado are set up for our pages."""

from typing import Any

from jupyter_core.paths import jupyter_path
from traitlets.config import Config
from voila.exporter import VoilaExporter
from voila.paths import collect_template_paths

from optiflow_lib.dashboards.serving import kernels
from optiflow_lib.dashboards.serving.assets import DASHBOARDS, TEMPLATE
from optiflow_lib.dashboards.serving.identity import PageAuthorizer, PageIdentity

# What Voilà's front end may load, where a page needs it.
WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
# Scripts and connections come from this server only, whatever a name from a business database tries to put into a page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob: 'unsafe-eval'",  # anywidget modules; Voilà's front end
        "style-src 'self' 'unsafe-inline'",  # plotly, lengths of bars
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def configuration() -> Config:
    """Options of Voilà's and jupyter_server's classes."""
    voila = {
        "template": TEMPLATE,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [],
        "extension_allowlist": list(WIDGETS),
        "multi_kernel_manager_class": f"{kernels.__name__}.PageKernels",
    }
    return Config(
        {
            "VoilaConfiguration": voila,
            "Voila": {"identity_provider_class": PageIdentity, "authorizer_class": PageAuthorizer},
            **kernels.kernel_options(),
        }
    )


def exporter(*, config: Config, base_url: str, contents_manager: Any) -> VoilaExporter:
    """Voilà's exporter with our template."""
    roots = [str(DASHBOARDS), *jupyter_path()]
    return VoilaExporter(
        template_name=TEMPLATE,
        template_paths=collect_template_paths(["voila", "nbconvert"], TEMPLATE, prune=True, root_dirs=roots),
        extra_template_basedirs=[str(DASHBOARDS / "voila" / "templates")],
        config=config,
        base_url=base_url,
        contents_manager=contents_manager,
        default_preprocessors=[],
    )
