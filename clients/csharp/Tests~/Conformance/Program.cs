using AepsychGrpc.Testing;

namespace AepsychGrpc.Conformance
{
    /// <summary>The behaviours by HttpClient.</summary>
    public static class Program
    {
        public static void Main(string[] arguments)
        {
            Leave.With(Runner.Run(arguments, () => new ClientOptions()).GetAwaiter().GetResult());
        }
    }
}
