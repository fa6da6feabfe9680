namespace AepsychGrpc.Conformance
{
    /// <summary>The way that calls travel in this build of the runner.</summary>
    internal static class OptionsOfRunner
    {
        public static ClientOptions Make()
        {
            return new ClientOptions();
        }
    }
}
