namespace Packetboat.Relay.Tests.SmtpServer;

public sealed class ConversationTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "SmtpServer", "Conversations");

    public static TheoryData<string> Files() =>
        [.. Directory.GetFiles(Folder, "*.smtp").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    /// <summary>Where it matters what arrives together, or there is too much of it.</summary>
    public static TheoryData<string> FilesForOctets() =>
        [.. Files().Select(row => row.Data).Where(file => !Read(file).Contains("-- whole", StringComparison.Ordinal))];

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(Files))]
    public Task The_server_says_what_the_file_says(string file) => Conversation.PlayAsync(Read(file));

    [Theory(Timeout = 10_000)]
    [MemberData(nameof(FilesForOctets))]
    public Task It_says_the_same_to_a_client_that_sends_single_octets(string file) =>
        Conversation.PlayAsync(Read(file), inOctets: true);

    private static string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));
}
