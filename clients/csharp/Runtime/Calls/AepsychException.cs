using System;
using System.Collections.Generic;
using AepsychGrpc.V1;
using Google.Rpc;

namespace AepsychGrpc
{
    /// <summary>
    /// A call failed. What to do follows from the reason:
    /// <code>catch (AepsychException error) when (error.Reason == ErrorReason.ExperimentFinished)</code>
    /// </summary>
    public class AepsychException : Exception
    {
        /// <summary>An error without details, such as one of the network.</summary>
        public AepsychException(StatusCode code, string message, Exception inner = null)
            : base(message, inner)
        {
            Code = code;
            Violations = new List<Violation>();
            Metadata = new Dictionary<string, string>();
        }

        /// <summary>An error as the server reports it.</summary>
        public AepsychException(
            StatusCode code, string message, ErrorReason reason, IReadOnlyList<Violation> violations,
            IReadOnlyDictionary<string, string> metadata, Exception inner = null)
            : base(message, inner)
        {
            Code = code;
            Reason = reason;
            Violations = violations;
            Metadata = metadata;
        }

        /// <summary>
        /// The error of a call that came another way: the code and message of its gRPC status, and the bytes of
        /// grpc-status-details-bin among its trailers, or null where there are none.
        /// </summary>
        public static AepsychException Of(StatusCode code, string message, byte[] details)
        {
            return details == null ? new AepsychException(code, message) : ErrorDetails.Read(Status.Parser.ParseFrom(details));
        }

        /// <summary>The kind of failure.</summary>
        public StatusCode Code { get; }

        /// <summary>Why, as the server names it; Unspecified where the failure is not the server's.</summary>
        public ErrorReason Reason { get; }

        /// <summary>Every mistake of a request that is not valid.</summary>
        public IReadOnlyList<Violation> Violations { get; }

        /// <summary>Facts of the failure by name, such as "experiment_id".</summary>
        public IReadOnlyDictionary<string, string> Metadata { get; }

        /// <summary>
        /// Whether the request itself is at fault, so that it would be refused again; otherwise the same call may succeed
        /// later.
        /// </summary>
        public bool IsRefusal
        {
            get
            {
                switch (Code)
                {
                    case StatusCode.InvalidArgument:
                    case StatusCode.NotFound:
                    case StatusCode.AlreadyExists:
                    case StatusCode.ResourceExhausted:
                    case StatusCode.FailedPrecondition:
                    case StatusCode.OutOfRange:
                    case StatusCode.Unimplemented:
                        return true;
                    default:
                        return false;
                }
            }
        }
    }
}
