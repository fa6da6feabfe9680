namespace AepsychGrpc.Conformance
{
    /// <summary>The behaviours by HttpClient.</summary>
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            return Runner.Run(arguments, () => new ClientOptions()).GetAwaiter().GetResult();
        }
    }
}
