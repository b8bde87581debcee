using Packetboat.Testing;

namespace Packetboat.Fuzz;

/// <summary>
/// The inputs to begin with: the lines of <c>fuzz/Corpus/TARGET/*.txt</c>, written as conversation files write octets, and the other files
/// there as they are. The conversations of the tests belong to it too, so that a new conversation is also a new beginning.
/// </summary>
internal static class SeedFiles
{
    private const string ServerConversations = "tests/Packetboat.Relay.Tests/SmtpServer/Conversations";
    private const string ClientConversations = "tests/Packetboat.Protocol.Tests/SmtpClient/Conversations";

    public static List<byte[]> Of(IFuzzTarget target)
    {
        var seeds = new List<byte[]>();
        string folder = Path.Combine(Repository.Root, "fuzz", "Corpus", target.Name);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder} is missing: every target has seeds");
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(file) == ".txt")
                seeds.AddRange(File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#').Select(WireText.Bytes));
            else
                seeds.Add(File.ReadAllBytes(file));
        }

        seeds.AddRange(FromConversations(target.Name));
        return seeds;
    }

    /// <summary>Writes them as files, for a fuzzer that wants a folder.</summary>
    public static void WriteTo(string folder, IFuzzTarget target)
    {
        Directory.CreateDirectory(folder);
        int number = 0;
        foreach (byte[] seed in Of(target))
            File.WriteAllBytes(Path.Combine(folder, $"seed-{++number:0000}"), seed);
    }

    private static IEnumerable<byte[]> FromConversations(string target) =>
        target switch
        {
            "commands" => Lines(ServerConversations, "C:").Distinct(StringComparer.Ordinal).Select(WireText.Bytes),
            "replies" => Said(ClientConversations, "S:"),
            "session" => Said(ServerConversations, "C:").Select(said => (byte[])[0, .. said]),
            "client" => Said(ClientConversations, "S:").SelectMany(said => new byte[][] { [0, 0, .. said], [0x11, 0, .. said] }),
            _ => [],
        };

    /// <summary>What one side says in each file, all of it.</summary>
    private static IEnumerable<byte[]> Said(string folder, string side) =>
        Repository
            .Files(folder, "*.smtp")
            .Select(file =>
                OfSide(File.ReadLines(file), side).SelectMany(line => (byte[])[.. WireText.Bytes(line), .. "\r\n"u8]).ToArray()
            )
            .Where(said => said.Length is > 0 and < 8 * 1024);

    private static IEnumerable<string> Lines(string folder, string side) =>
        Repository
            .Files(folder, "*.smtp")
            .SelectMany(file => OfSide(File.ReadLines(file), side))
            .Where(line => line.Length < 300);

    private static IEnumerable<string> OfSide(IEnumerable<string> lines, string side) =>
        lines
            .Where(line => line.StartsWith(side, StringComparison.Ordinal) && line.Length > 3)
            .Select(line => line[3..].TrimEnd('\r'));
}
