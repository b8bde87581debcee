using System.Text;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Queue;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Alarms;

/// <summary>
/// The table of <c>docs/guide/alarms.md</c> is made from the catalogue. After a kind has changed, run this test with
/// <c>PACKETBOAT_WRITE_DOCS=1</c> in the environment: it writes it anew.
/// </summary>
public sealed class AlarmCatalogueTests
{
    private const string Page = "docs/guide/alarms.md";
    private const string Begin = "<!-- begin kinds -->\n";
    private const string End = "<!-- end kinds -->";

    [Fact]
    public void Each_kind_has_an_id_of_its_own_and_says_what_it_means_and_what_to_do()
    {
        Assert.Equal(AlarmCatalogue.All.Count, AlarmCatalogue.All.Select(kind => kind.Id).Distinct().Count());
        Assert.All(
            AlarmCatalogue.All,
            kind =>
            {
                Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", kind.Id);
                Assert.EndsWith(".", kind.Explanation, StringComparison.Ordinal);
                Assert.NotEmpty(kind.Remedy);
                Assert.DoesNotContain(':', kind.Prefix);
            }
        );
    }

    [Theory]
    [InlineData("disk", "", "disk")]
    [InlineData("limit:MYBBS:MessagesPerDay", "", "limit")]
    [InlineData("route:relay hub.example:587", "route-down", "route-down")]
    [InlineData("port25", "", "port25-blocked")]
    [InlineData("port25-blocked:x", "", "port25-blocked")]
    [InlineData("something new", "", "other")]
    [InlineData("disk", "of a newer version", "disk")]
    public void The_kind_is_what_the_alarm_says_or_else_what_its_key_begins_with(string key, string kind, string id) =>
        Assert.Equal(id, AlarmCatalogue.KindOf(new Alarm(key, TestMail.Noon, "", kind)).Id);

    [Fact]
    public void The_guide_says_what_the_catalogue_says()
    {
        string page = Repository.Read(Page);
        (int from, int to) = Place(page);
        string wanted = Table();
        if (Environment.GetEnvironmentVariable("PACKETBOAT_WRITE_DOCS") is { Length: > 0 })
            File.WriteAllText(Path.Combine(Repository.Root, Page), page = page[..from] + wanted + page[to..]);
        (from, to) = Place(page);
        Assert.Equal(wanted, page[from..to]);
    }

    private static (int From, int To) Place(string page)
    {
        int from = page.IndexOf(Begin, StringComparison.Ordinal);
        int to = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= 0 && to > from, $"{Page} has no place for the kinds");
        return (from + Begin.Length, to);
    }

    private static string Table()
    {
        var text = new StringBuilder();
        foreach (AlarmKind kind in AlarmCatalogue.All)
        {
            string settle = kind.Settle > TimeSpan.Zero ? $", told to be over after {kind.Settle.TotalMinutes:0} minutes" : "";
            text.Append("\n### ").Append(kind.Id).Append("\n\n");
            text.Append('*').Append(AlarmNotice.WordOf(kind.Severity)).Append(settle).Append(".* ");
            text.Append(kind.Explanation).Append("\n\n**What to do:** ").Append(kind.Remedy).Append(".\n");
        }

        return text.Append('\n').ToString();
    }
}
