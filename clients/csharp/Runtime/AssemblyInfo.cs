using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("AepsychGrpc.Tests")]
