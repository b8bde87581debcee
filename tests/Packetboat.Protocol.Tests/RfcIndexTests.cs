using System.Globalization;
using System.Text.RegularExpressions;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests;

/// <summary><c>docs/rfc/index.md</c> says of each standard what we do of it. Whoever cites one in the code adds its line.</summary>
public sealed partial class RfcIndexTests
{
    private const int Patience = 10_000;

    [Fact]
    public void Every_rfc_that_the_code_cites_has_a_line()
    {
        string[] cited =
        [
            .. Repository
                .Files("src", "*.cs")
                .SelectMany(file => Citation().Matches(File.ReadAllText(file)))
                .Select(match => match.Groups["it"].Value)
                .Distinct(StringComparer.Ordinal),
        ];
        Assert.NotEmpty(cited);
        Assert.Equal([], cited.Except(Listed(), StringComparer.Ordinal));
    }

    [Fact]
    public void Lines_stand_in_order_and_once()
    {
        int[] numbers = [.. Listed().Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        Assert.Equal([.. numbers.Distinct().Order()], numbers);
    }

    [Fact]
    public void Every_place_that_a_line_names_exists()
    {
        IEnumerable<string> places = Place()
            .Matches(Repository.Read("docs/rfc/index.md"))
            .Select(match => match.Groups["it"].Value);
        Assert.Equal([], places.Where(place => !Path.Exists(Path.Combine(Repository.Root, place))));
    }

    private static IEnumerable<string> Listed() =>
        Line().Matches(Repository.Read("docs/rfc/index.md")).Select(match => match.Groups["it"].Value);

    [GeneratedRegex(@"\bRFC (?<it>\d{3,5})\b", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Citation();

    [GeneratedRegex(@"^\| (?<it>\d{3,5}) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Line();

    [GeneratedRegex("`(?<it>src/[^`]+)`", RegexOptions.ExplicitCapture, Patience)]
    private static partial Regex Place();
}
