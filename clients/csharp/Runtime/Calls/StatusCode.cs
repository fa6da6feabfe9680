namespace AepsychGrpc
{
    /// <summary>How a call ended; the codes of gRPC.</summary>
    public enum StatusCode
    {
        /// <summary>All went well.</summary>
        Ok = 0,
        /// <summary>The call was cancelled.</summary>
        Cancelled = 1,
        /// <summary>Not known.</summary>
        Unknown = 2,
        /// <summary>The request is not well formed.</summary>
        InvalidArgument = 3,
        /// <summary>The call took too long. Whether it took effect is not known.</summary>
        DeadlineExceeded = 4,
        /// <summary>What the request names is not there.</summary>
        NotFound = 5,
        /// <summary>Something else is there already, such as another response.</summary>
        AlreadyExists = 6,
        /// <summary>The caller may not do that.</summary>
        PermissionDenied = 7,
        /// <summary>The request is larger than the server's limits.</summary>
        ResourceExhausted = 8,
        /// <summary>Not possible in the state of the experiment.</summary>
        FailedPrecondition = 9,
        /// <summary>Another server wrote at the same time.</summary>
        Aborted = 10,
        /// <summary>A value lies outside its bounds.</summary>
        OutOfRange = 11,
        /// <summary>This server does not offer that.</summary>
        Unimplemented = 12,
        /// <summary>A fault of the server.</summary>
        Internal = 13,
        /// <summary>No server answers, or it is shutting down.</summary>
        Unavailable = 14,
        /// <summary>Data were lost.</summary>
        DataLoss = 15,
        /// <summary>The call carries no valid token.</summary>
        Unauthenticated = 16,
    }
}
