// Stand-ins for the few things of Unity that the package uses, with Unity's names and signatures: enough to compile the
// package without Unity, and to run its HTTP.
using System;

namespace UnityEngine
{
    public enum RuntimeInitializeLoadType
    {
        AfterSceneLoad,
        BeforeSceneLoad,
    }

    public enum TextureFormat
    {
        RGBA32 = 4,
    }

    public enum FilterMode
    {
        Point,
        Bilinear,
    }

    public enum TextureWrapMode
    {
        Repeat,
        Clamp,
    }

    public class Object
    {
        public static void Destroy(Object item)
        {
        }
    }

    public class Component : Object
    {
        public T GetComponent<T>()
        {
            return Activator.CreateInstance<T>();
        }
    }

    public class Behaviour : Component
    {
        public bool enabled { get; set; }
    }

    public class MonoBehaviour : Behaviour
    {
    }

    public sealed class SerializeField : Attribute
    {
    }

    public sealed class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string tooltip)
        {
        }
    }

    public sealed class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType loadType)
        {
        }
    }

    public static class Application
    {
        public static event Action quitting;

        public static string persistentDataPath
        {
            get { return "."; }
        }

        public static void Quit()
        {
            quitting?.Invoke();
        }
    }

    public static class Debug
    {
        public static void Log(object message, Object context)
        {
            Console.WriteLine(message);
        }

        public static void LogWarning(object message, Object context)
        {
            Console.WriteLine("warning: " + message);
        }

        public static void LogException(Exception exception, Object context)
        {
            Console.Error.WriteLine(exception);
            Environment.Exit(1);
        }
    }

    public static class Time
    {
        public static float realtimeSinceStartup { get; set; }
    }

    public enum KeyCode
    {
        LeftArrow,
        RightArrow,
        Space,
    }

    public static class Input
    {
        private static readonly Random Keys = new Random(1);

        public static bool anyKeyDown
        {
            get { return Keys.Next(3) == 0; }
        }

        public static bool GetKeyDown(KeyCode key)
        {
            return Keys.Next(3) == 0;
        }
    }

    public struct Color
    {
        public Color(float r, float g, float b, float a = 1)
        {
        }

        public static Color grey
        {
            get { return new Color(0.5f, 0.5f, 0.5f); }
        }

        public static Color white
        {
            get { return new Color(1f, 1f, 1f); }
        }

        public static Color Lerp(Color a, Color b, float t)
        {
            return a;
        }
    }

    public class Material : Object
    {
        public Color color { get; set; }

        public Texture mainTexture { get; set; }
    }

    public class Renderer : Component
    {
        public bool enabled { get; set; }

        public Material material { get; set; } = new Material();
    }

    public class Texture : Object
    {
        public FilterMode filterMode { get; set; }

        public TextureWrapMode wrapMode { get; set; }
    }

    public sealed class Texture2D : Texture
    {
        public Texture2D(int width, int height, TextureFormat format, bool mipChain)
        {
        }

        public void SetPixels(Color[] colors)
        {
        }

        public void Apply()
        {
        }
    }
}
