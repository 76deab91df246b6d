using System.Runtime.InteropServices;

namespace DpoSt;

/// <summary>The environment that native libraries read: .NET keeps a copy of its own.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable; what the user has set stays where <paramref name="overwrites"/> is false.</summary>
    public static void Set(string name, string value, bool overwrites) => _ = SetEnvironment(name, value, overwrites ? 1 : 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
