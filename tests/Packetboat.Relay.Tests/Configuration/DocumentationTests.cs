using System.Globalization;
using System.Text;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Shaping;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Configuration;

/// <summary>
/// The tables of <c>docs/guide/configuration.md</c> are made from the key table. After a key has changed, run this test with
/// <c>PACKETBOAT_WRITE_DOCS=1</c> in the environment: it writes them anew.
/// </summary>
public sealed class DocumentationTests
{
    private const string Page = "docs/guide/configuration.md";

    public static TheoryData<string> Tables() => [.. All.Keys];

    private static Dictionary<string, Func<string>> All { get; } =
        new(StringComparer.Ordinal)
        {
            ["sbbs.ini"] = () => Keys(KeyTable.Mail.Where(key => key.IsUsedYet), NameInMail),
            ["flags"] = Flags,
            ["packetboat.ini"] = () =>
                Keys(KeyTable.Packetboat.Where(key => key.IsUsedYet), key => $"`[{key.Section}]` `{key.Name}`"),
            ["routes"] = () => Keys(RouteKeys.All, key => $"`{key.Name}`"),
            ["tokens"] = () => Keys(TokenKeys.All, key => $"`{key.Name}`"),
            ["relays"] = () => Keys(BackupKeys.All, key => $"`{key.Name}`"),
            ["not used yet"] = NotUsedYet,
            ["shape"] = Shape,
            ["warm-up"] = WarmUp,
        };

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_guide_says_what_the_key_table_says(string table)
    {
        string page = Repository.Read(Page);
        (int from, int to) = Place(page, table);
        string wanted = All[table]();
        if (Environment.GetEnvironmentVariable("PACKETBOAT_WRITE_DOCS") is { Length: > 0 })
            File.WriteAllText(Path.Combine(Repository.Root, Page), page = page[..from] + wanted + page[to..]);
        (from, to) = Place(page, table);
        Assert.Equal(wanted, page[from..to]);
    }

    private static (int From, int To) Place(string page, string table)
    {
        string begin = $"<!-- begin {table} -->\n";
        int from = page.IndexOf(begin, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{Page} has no line {begin}");
        from += begin.Length;
        int to = page.IndexOf($"<!-- end {table} -->", from, StringComparison.Ordinal);
        Assert.True(to >= from, $"{Page} has no line <!-- end {table} -->");
        return (from, to);
    }

    private static string NameInMail(SettingKey key) => $"`{key.Name}`{(key.GlobalName is null ? "" : " (G)")}";

    private static string Keys(IEnumerable<SettingKey> keys, Func<SettingKey, string> name)
    {
        var text = new StringBuilder("| Key | Meaning |\n| --- | --- |\n");
        foreach (SettingKey key in keys)
            text.Append("| ").Append(name(key)).Append(" | ").Append(Cell(key.Documentation)).Append(" |\n");
        return text.ToString();
    }

    private static string Flags()
    {
        var text = new StringBuilder("| Flag | Meaning |\n| --- | --- |\n");
        foreach (SettingFlag flag in KeyTable.Flags.Where(flag => flag.IsUsedYet))
            text.Append("| `").Append(flag.Name).Append("` | ").Append(Cell(flag.Description)).Append(" |\n");
        return text.ToString();
    }

    [Fact]
    public void Each_number_of_a_provider_has_a_page_that_it_is_from()
    {
        foreach ((MailProvider provider, ProviderShape shape) in Shaped())
        {
            Assert.True(shape.Source.StartsWith("https://", StringComparison.Ordinal), provider.Id);
            Assert.True(
                shape.WarmUp is null || shape.WarmUp.Source.StartsWith("https://", StringComparison.Ordinal),
                provider.Id
            );
        }

        Assert.NotEmpty(ReplyTable.Shipped.UsualWarmUp.Days);
    }

    /// <summary>How much a provider takes, as the program reads it.</summary>
    private static string Shape()
    {
        var text = new StringBuilder(
            "| Provider | `Connections` | `MessagesPerConnection` | `MessagesPerMinute` | From |\n| --- | --- | --- | --- | --- |\n"
        );
        foreach ((MailProvider provider, ProviderShape shape) in Shaped())
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Named(provider)} | {shape.Connections} | {shape.MessagesPerConnection} | {(shape.MessagesPerMinute == 0 ? "any number" : shape.MessagesPerMinute)} | {shape.Source} |\n"
            );
        return text.ToString();
    }

    private static string WarmUp()
    {
        var text = new StringBuilder("| Provider | `WarmUp` | From |\n| --- | --- | --- |\n");
        foreach ((MailProvider provider, ProviderShape shape) in Shaped())
            if (shape.WarmUp is { } plan)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {Named(provider)} | {string.Join(", ", plan.Days)}, then any number | {plan.Source} |\n"
                );
        return text.ToString();
    }

    private static IEnumerable<(MailProvider, ProviderShape)> Shaped() =>
        ReplyTable.Shipped.Providers.Where(one => one.Shape is not null).Select(one => (one, one.Shape!));

    private static string Named(MailProvider provider) =>
        provider.Id == MailProvider.Others ? $"`{provider.Id}`" : $"`{provider.Id}` ({provider.Name})";

    private static string NotUsedYet() =>
        $"""
            Keys: {Names(KeyTable.Mail.Concat(KeyTable.Packetboat).Where(key => !key.IsUsedYet).Select(key => key.Name))}.

            Flags: {Names(KeyTable.Flags.Where(flag => !flag.IsUsedYet).Select(flag => flag.Name))}.

            """.ReplaceLineEndings("\n");

    private static string Names(IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase).Select(name => $"`{name}`"));

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
