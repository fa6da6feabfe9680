using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace AepsychGrpc.Conformance
{
    /// <summary>What must hold.</summary>
    internal static class Must
    {
        public static void Hold(bool condition, string what = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        {
            if (!condition)
            {
                throw new Exception($"line {line} of {System.IO.Path.GetFileName(file)} {what}");
            }
        }

        public static void Equal<T>(T found, T expected, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        {
            Hold(Equals(found, expected), $"found {found}, expected {expected}", file, line);
        }

        /// <summary>The error with which a call fails.</summary>
        public static async Task<AepsychException> Fail(
            Func<Task> call, StatusCode code, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
        {
            try
            {
                await call();
            }
            catch (AepsychException error)
            {
                Equal(error.Code, code, file, line);
                return error;
            }
            Hold(false, "the call did not fail", file, line);
            return null;
        }
    }
}
