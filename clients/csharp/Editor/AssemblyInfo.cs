using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("AepsychGrpc.Editor.Tests")]
