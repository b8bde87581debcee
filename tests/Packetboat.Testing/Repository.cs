namespace Packetboat.Testing;

/// <summary>The files of the repository that the tests were built from, for tests of what is written beside the code.</summary>
public static class Repository
{
    /// <summary>The folder of <c>Packetboat.slnx</c>, above the test's own.</summary>
    public static string Root { get; } = Find();

    /// <param name="path">From the root, with <c>/</c>.</param>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The files of a folder and those below it, without what a build leaves there.</summary>
    /// <param name="folder">From the root.</param>
    /// <param name="pattern">Such as <c>*.cs</c>.</param>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Packetboat.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"no Packetboat.slnx above {AppContext.BaseDirectory}");
    }
}
