using System.IO;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEditor.UnityLinker;

namespace AepsychGrpc.Editor
{
    /// <summary>Hands the package's link.xml to the build, which looks for others in Assets only.</summary>
    internal sealed class KeepingMessages : IUnityLinkerProcessor
    {
        /// <inheritdoc/>
        public int callbackOrder
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public string GenerateAdditionalLinkXmlFile(BuildReport report, UnityLinkerBuildPipelineData data)
        {
            return Path.GetFullPath("Packages/org.aepsych-grpc.client/link.xml");
        }
    }
}
