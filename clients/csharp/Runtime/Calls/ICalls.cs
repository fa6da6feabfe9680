using System;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;

namespace AepsychGrpc
{
    /// <summary>Carries calls to a server; the seam between the generated clients and the ways that calls travel.</summary>
    public interface ICalls : IDisposable
    {
        /// <summary>Sends a request and returns the answer.</summary>
        /// <param name="timeout">How long to wait, re-sending included. Default: the carrier's.</param>
        /// <exception cref="AepsychException">The call failed.</exception>
        Task<TResponse> UnaryAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, TimeSpan? timeout, CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>;

        /// <summary>Sends a request and hands over each answer as it comes, until the last.</summary>
        /// <param name="each">Is given each answer, in the caller's synchronization context where there is one.</param>
        /// <param name="timeout">How long it may last. Default: without end.</param>
        /// <exception cref="AepsychException">The call failed.</exception>
        Task StreamAsync<TRequest, TResponse>(
            CallMethod<TRequest, TResponse> method, TRequest request, Action<TResponse> each, TimeSpan? timeout,
            CancellationToken cancellation)
            where TRequest : class, IMessage<TRequest>
            where TResponse : class, IMessage<TResponse>;
    }
}
