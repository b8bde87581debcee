using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Tests.Configuration.SbbsIni;

public sealed class IncludeTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void Included_lines_take_the_place_of_the_directive()
    {
        _folder.With("part.ini", "B = 2\n[Web]\nC = 3\n");
        IniDocument document = Read("[Mail]\nA = 1\n!include part.ini\nD = 4\n");
        Assert.Equal("2", document.Find("Mail", "B")!.Text);
        Assert.Equal("4", document.Find("Web", "D")!.Text);
    }

    [Fact]
    public void Of_several_matches_the_last_takes_precedence()
    {
        _folder.With("d/10.ini", "A = first\nB = only\n").With("d/20.ini", "A = last\n").With("d/30.txt", "A = none\n");
        IniDocument document = Read("[Mail]\n!include d/*.ini\nA = main\n");
        Assert.Equal("last", document.Find("Mail", "A")!.Text);
        Assert.Equal("only", document.Find("Mail", "B")!.Text);
    }

    [Fact]
    public void A_value_knows_the_included_file_and_its_line()
    {
        _folder.With("part.ini", "; x\nA = 1\n");
        Assert.Equal(
            Path.Combine("ctrl", "part.ini") + ":2",
            Read("[Mail]\n!include part.ini\n").Find("Mail", "A")!.Line.ToString()
        );
    }

    [Fact]
    public void Includes_nest()
    {
        _folder.With("a.ini", "!include b.ini\n").With("b.ini", "A = deep\n");
        IniDocument document = Read("[Mail]\n!include a.ini\n");
        Assert.Equal("deep", document.Find("Mail", "A")!.Text);
        Assert.Equal(3, document.Files.Count);
    }

    [Fact]
    public void The_end_mark_of_an_included_file_ends_everything()
    {
        _folder.With("a.ini", "A = 1\n!eof\n");
        Assert.Null(Read("[Mail]\n!include a.ini\nB = 2\n").Find("Mail", "B"));
    }

    [Fact]
    public void A_file_that_includes_itself_is_refused()
    {
        _folder.With("a.ini", "A = 1\n!include a.ini\n");
        Problem problem = Assert.Single(Read("[Mail]\n!include a.ini\n").Problems);
        Assert.Equal((Severity.Error, 2), (problem.Severity, problem.Line));
    }

    [Fact]
    public void Ten_thousand_includes_are_enough()
    {
        // 101 x 101 of them in two levels
        _folder.With("a.ini", string.Concat(Enumerable.Repeat("!include b.ini\n", 101))).With("b.ini", "A=1\n");
        IniDocument document = Read(string.Concat(Enumerable.Repeat("!include a.ini\n", 101)));
        Assert.Contains(document.Problems, p => p.Reason.Contains("10000", StringComparison.Ordinal));
    }

    [Fact]
    public void An_include_that_matches_nothing_is_a_warning() =>
        Assert.Equal(Severity.Warning, Assert.Single(Read("[Mail]\n!include none/*.ini\n").Problems).Severity);

    [Fact]
    public void A_directive_counts_at_the_first_column_only()
    {
        _folder.With("a.ini", "A = 1\n");
        Assert.Null(Read("[Mail]\n !include a.ini\n").Find("Mail", "A"));
    }

    [Theory]
    [InlineData("x?.ini", "x1.ini", true)]
    [InlineData("x?.ini", "x12.ini", false)]
    [InlineData("x[0-3].ini", "x2.ini", true)]
    [InlineData("x[!0-3].ini", "x2.ini", false)]
    [InlineData("*a*b.ini", "xaxab.ini", true)]
    [InlineData("*.ini", ".hidden.ini", false)]
    [InlineData("*/x.ini", "sub/x.ini", true)]
    public void A_pattern_is_a_glob(string pattern, string name, bool isFound)
    {
        _folder.With(name, "A = 1\n");
        Assert.Equal(isFound, Read($"[Mail]\n!include {pattern}\n").Find("Mail", "A") is not null);
    }

    public void Dispose() => _folder.Dispose();

    private IniDocument Read(string text)
    {
        _folder.With("main.cnf", text);
        return IniReader.Read(
            Path.Combine(_folder.Ctrl, "main.cnf"),
            _folder.Ctrl,
            path => Path.GetRelativePath(_folder.Root, path)
        );
    }
}
