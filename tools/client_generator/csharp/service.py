"""A class with a method for each RPC, over `ICalls`, the seam behind which calls travel."""

from collections.abc import Iterator

from tools.client_generator.contract import Contract, Idempotency, Method, Service
from tools.client_generator.csharp.text import HEADER, class_name, namespace, summary

_ID = "request_id"

_HEAD = """\
{header}
using System;
using System.Threading;
using System.Threading.Tasks;

namespace {namespace}
{{
{summary}
    public sealed partial class {name}
    {{
        private readonly ICalls calls;

        /// <summary>A client whose calls travel as given.</summary>
        public {name}(ICalls calls)
        {{
            this.calls = calls;
        }}
"""

_UNARY = """
{summary}
        public Task<{response}> {name}Async(
            {request} request, TimeSpan? timeout = null, CancellationToken cancellation = default(CancellationToken))
        {{
            return calls.UnaryAsync({name}Method, {given}, timeout, cancellation);
        }}
"""

_STREAM = """
{summary}
        public Task {name}Async(
            {request} request, Action<{response}> each, TimeSpan? timeout = null,
            CancellationToken cancellation = default(CancellationToken))
        {{
            return calls.StreamAsync({name}Method, {given}, each, timeout, cancellation);
        }}
"""

_METHOD = """
        private static readonly CallMethod<{request}, {response}> {name}Method =
            new CallMethod<{request}, {response}>("{path}", {response}.Parser);
"""

_IDENTIFIED = """
        private static {request} Identified({request} request)
        {{
            if (request.RequestId.Length > 0)
            {{
                return request;
            }}
            {request} identified = request.Clone();
            identified.RequestId = Ids.New();
            return identified;
        }}
"""

_TIMEOUT = '<param name="timeout">How long to wait, re-sending included. Default: the client\'s.</param>'
_ENDLESS = '<param name="timeout">How long it may last. Default: without end.</param>'
_EACH = '<param name="each">Is given each answer, in the context of the caller (in Unity: on the main thread).</param>'
_FAILS = '<exception cref="AepsychException">The call failed.</exception>'


def service_client(service: Service, contract: Contract) -> str:
    """The file of a service.

    A call that changes something is sent with ids made by the client, so that it can be sent again: those whose request
    has a `request_id` get one here. For any other such call the class has a method `Identified` by hand, in another
    file; without it the code does not compile.
    """
    head = _HEAD.format(
        header=HEADER,
        namespace=namespace(contract.package),
        summary="\n".join(summary(service.comment, "    ")),
        name=f"{service.name}Client",
    )
    return "".join((head, *_parts(service, contract), "    }\n}\n"))


def _parts(service: Service, contract: Contract) -> Iterator[str]:
    for method in service.methods:
        yield _call(method)
    for method in service.methods:
        if _changes(method) and contract.message(method.request).field(_ID):
            yield _IDENTIFIED.format(request=class_name(method.request))
    for method in service.methods:
        yield _METHOD.format(
            name=method.name,
            path=f"/{service.full_name}/{method.name}",
            request=class_name(method.request),
            response=class_name(method.response),
        )


def _call(method: Method) -> str:
    more = (_TIMEOUT, _FAILS) if method.unary else (_EACH, _ENDLESS, _FAILS)
    return (_UNARY if method.unary else _STREAM).format(
        summary="\n".join(summary(method.comment, "        ", *more)),
        name=method.name,
        request=class_name(method.request),
        response=class_name(method.response),
        given="Identified(request)" if _changes(method) else "request",
    )


def _changes(method: Method) -> bool:
    return method.idempotency is not Idempotency.NO_SIDE_EFFECTS
