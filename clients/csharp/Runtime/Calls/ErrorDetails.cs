using System.Collections.Generic;
using AepsychGrpc.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace AepsychGrpc
{
    /// <summary>Reads the details of a failed call. Names of types are compared as text: no reflection.</summary>
    internal static class ErrorDetails
    {
        private const string Domain = "aepsych_grpc";

        /// <summary>The error that a status tells of.</summary>
        public static AepsychException Read(Status status)
        {
            var reason = ErrorReason.Unspecified;
            var violations = new List<Violation>();
            var metadata = new Dictionary<string, string>();
            foreach (Any detail in status.Details)
            {
                if (Is(detail, "google.rpc.ErrorInfo"))
                {
                    ErrorInfo info = ErrorInfo.Parser.ParseFrom(detail.Value);
                    if (info.Domain == Domain)
                    {
                        EnumNames.TryRead(info.Reason, out reason);
                        foreach (KeyValuePair<string, string> fact in info.Metadata)
                        {
                            metadata[fact.Key] = fact.Value;
                        }
                    }
                }
                else if (Is(detail, "google.rpc.BadRequest"))
                {
                    foreach (var violation in BadRequest.Parser.ParseFrom(detail.Value).FieldViolations)
                    {
                        violations.Add(new Violation(violation.Field, violation.Description));
                    }
                }
            }
            return new AepsychException((StatusCode)status.Code, status.Message, reason, violations, metadata);
        }

        private static bool Is(Any detail, string name)
        {
            return detail.TypeUrl.EndsWith("/" + name, System.StringComparison.Ordinal);
        }
    }
}
