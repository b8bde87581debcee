using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Diagnosis;

/// <summary><c>ctrl/replies.ini</c>: what an operator adds to the table, and what he is told when it cannot stand.</summary>
public sealed class RepliesIniTests
{
    private const string Entry = """
        [our-partner]
        Text = come back on Monday
        Class = rate-limited
        Explanation = The partner takes mail on working days alone.
        """;

    [Fact]
    public void Without_the_file_the_table_is_the_shipped_one()
    {
        using var folder = new ConfigurationFolder();
        Assert.Same(ReplyTable.Shipped, folder.With("sbbs.ini", "[Mail]\n").Read().Settings!.Replies);
    }

    [Fact]
    public void An_entry_of_the_operator_is_known()
    {
        Cause cause = Classify(Entry, "Sorry, COME  back on Monday!");
        Assert.Equal(
            new Cause(FailureClass.RateLimited, "our-partner", "", "The partner takes mail on working days alone.", "", ""),
            cause
        );
    }

    [Fact]
    public void An_entry_of_the_operator_comes_before_the_shipped_ones()
    {
        const string text = "550 user unknown in virtual mailbox table";
        Assert.Equal(FailureClass.RecipientUnknown, Classify("", text).Class);
        string entry = "[mine]\nText = user unknown\nClass = policy\nExplanation = They say so to everybody.\n";
        Assert.Equal("mine", Classify(entry, text).Rule);
    }

    [Fact]
    public void An_entry_with_the_name_of_a_shipped_one_replaces_it_and_keeps_what_it_does_not_say()
    {
        Cause cause = Classify("[Spamhaus]\nRemedy = Ask Joe.\n", "Client host [192.0.2.1] blocked using Spamhaus.");
        Cause shipped = ReplyTable.Shipped.Classify(Peer("Client host [192.0.2.1] blocked using Spamhaus."));
        Assert.Equal(shipped with { Remedy = "Ask Joe." }, cause);
    }

    [Fact]
    public void A_provider_of_the_operator_may_be_named_before_it_is_described()
    {
        string file = """
            [partner-busy]
            Provider = partner
            Code = 4xx
            Class = host-down
            Explanation = The partner is asleep.

            [provider partner]
            Name = The Partner
            Hosts = partner.example
            """;
        ReplyTable table = Read(file).Settings!.Replies;
        var reply = new SmtpReply(450, "", "Zzz");
        Assert.Equal("The Partner", table.Classify(new RemoteOutcome(reply, true, "mx.partner.example [192.0.2.1]:25")).Provider);
        Assert.Equal(Cause.None, table.Classify(new RemoteOutcome(reply, true, "mx.other.example")));
    }

    [Fact]
    public void Either_and_both_are_told_apart()
    {
        string file = "[mine]\nText = alpha * omega | single\nClass = policy\nExplanation = x.\n";
        Assert.Equal("mine", Classify(file, "the alpha and the omega").Rule);
        Assert.Equal("mine", Classify(file, "a single one").Rule);
        Assert.NotEqual("mine", Classify(file, "the omega and the alpha").Rule);
    }

    [Fact]
    public void Codes_alone_are_enough()
    {
        string file = "[mine]\nCode = 541, 58x\nEnhanced = 5.99.x\nClass = policy\nExplanation = x.\n";
        ReplyTable table = Read(file).Settings!.Replies;
        string rule(int code, string enhanced) =>
            table.Classify(new RemoteOutcome(new SmtpReply(code, enhanced, "zorgle"), true, "")).Rule;
        Assert.Equal("mine", rule(541, "5.99.3"));
        Assert.Equal("mine", rule(587, "5.99.100"));
        Assert.NotEqual("mine", rule(541, ""));
        Assert.NotEqual("mine", rule(542, "5.99.3"));
        Assert.NotEqual("mine", rule(541, "5.9.3"));
    }

    [Theory]
    [InlineData("Class = spam", "no such class; there are unknown, recipient-unknown")]
    [InlineData("Class = no-prt", "no such class; did you mean no-ptr?")]
    [InlineData("Code = 250", "not codes of failures")]
    [InlineData("Code = 5", "not codes of failures")]
    [InlineData("Enhanced = 5.7", "not enhanced codes of failures")]
    [InlineData("Enhanced = 2.0.0", "not enhanced codes of failures")]
    [InlineData("Text = a", "fewer than 3 characters")]
    [InlineData("Text = no such user | 550", "fewer than 3 characters")]
    [InlineData("Provider = gogle", "no such provider; did you mean google?")]
    [InlineData("Said = them", "neither peer nor us")]
    [InlineData("Source = see the wiki", "not the address of a page")]
    [InlineData("Explanaton = x", "no such key; did you mean Explanation?")]
    [InlineData("just words", "neither key = value nor a comment")]
    public void A_wrong_line_is_named_with_its_number_and_what_to_write(string line, string told)
    {
        string[] keys = ["Text = some words", "Class = policy", "Explanation = x."];
        string name = line.Split('=')[0].Trim();
        IEnumerable<string> others = keys.Where(key => key.Split('=')[0].Trim() != name);
        ConfigurationResult read = Read($"[mine]\n{line}\n{string.Join('\n', others)}\n");
        Problem problem = Assert.Single(read.Problems, one => one.File.EndsWith("replies.ini", StringComparison.Ordinal));
        Assert.Equal((Severity.Error, 2), (problem.Severity, problem.Line));
        Assert.Contains(told, problem.ToString(), StringComparison.Ordinal);
        Assert.Null(read.Settings);
    }

    [Theory]
    [InlineData("[mine]\nClass = policy\nExplanation = x.\n", "nothing says which replies are meant")]
    [InlineData("[mine]\nText = words\nExplanation = x.\n", "there is no Class")]
    [InlineData("[mine]\nText = words\nClass = policy\n", "there is no Explanation")]
    [InlineData("[my own entry]\nText = words\n", "the name of an entry has letters")]
    [InlineData("[provider x]\nName = X\n", "the provider has no Hosts")]
    [InlineData("[provider x]\nHosts = not a host\n", "not a domain name")]
    [InlineData("Text = words\n", "it stands before the first section")]
    public void What_is_missing_is_named(string file, string told)
    {
        ConfigurationResult read = Read(file);
        Assert.Contains(read.Problems, problem => problem.ToString().Contains(told, StringComparison.Ordinal));
        Assert.Null(read.Settings);
    }

    [Fact]
    public void All_faults_are_told_together()
    {
        ConfigurationResult read = Read(
            "[one]\nClass = x\n[two]\nText = words\nClass = policy\nExplanation = x.\nCode = 1\n[mine]\nFoo = 1\n"
        );
        Assert.Equal(
            [1, 1, 2, 7, 8, 8, 8, 9],
            read.Problems.Where(one => one.File.EndsWith("replies.ini", StringComparison.Ordinal)).Select(one => one.Line)
        );
    }

    [Fact]
    public void A_value_that_would_be_cut_is_a_fault()
    {
        ConfigurationResult read = Read($"[mine]\nText = {new string('a', 1100)}\nClass = policy\nExplanation = x.\n");
        Assert.Contains(
            "longer than 1023",
            Assert.Single(read.Problems, one => one.Line == 2).ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_with_too_many_entries_is_refused()
    {
        IEnumerable<string> entries = Enumerable
            .Range(0, ReplyTableReader.MaxEntries + 1)
            .Select(number => $"[e{number}]\nText = words\nClass = policy\nExplanation = x.\n");
        Assert.Contains(
            "more than 1000 entries",
            Assert.Single(Read(string.Concat(entries)).Problems, one => one.Line > 0).ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_the_guide_shows_can_be_written_as_it_stands()
    {
        string chapter = Chapter("## What replies mean");
        ConfigurationResult read = Read(chapter.Split("```text\n")[1].Split("```")[0]);
        Assert.DoesNotContain(read.Problems, one => one.File.EndsWith("replies.ini", StringComparison.Ordinal));
        Assert.Equal("our-partner-sleeps", read.Settings!.Replies.Classify(Peer("we are closed this weekend")).Rule);
        Assert.All(FailureClasses.All, kind => Assert.Contains($"| `{kind.Word()}` |", chapter, StringComparison.Ordinal));
    }

    [Fact]
    public void A_provider_of_the_operator_keeps_of_the_shipped_one_what_it_does_not_say()
    {
        ConfigurationResult read = Read("[provider google]\nConnections = 2\nMessagesPerMinute = 30\n");
        Assert.DoesNotContain(read.Problems, one => one.File.EndsWith("replies.ini", StringComparison.Ordinal));
        MailProvider google = read.Settings!.Replies.ProviderOf("aspmx.l.google.com")!;
        Assert.Equal(
            ("Gmail", 2, 50, 30),
            (google.Name, google.Shape!.Connections, google.Shape.MessagesPerConnection, google.Shape.MessagesPerMinute)
        );
    }

    [Fact]
    public void What_a_provider_gets_of_a_new_address_is_the_operators_or_the_shipped_or_the_usual()
    {
        ReplyTable table = Read("[provider google]\nWarmUp = 5, 10\n[provider yahoo]\nWarmUp = none\n").Settings!.Replies;
        Assert.Equal([5, 10], table.ProviderOf("aspmx.l.google.com")!.Shape!.WarmUp!.Days);
        Assert.Equal(5, table.ProviderOf("aspmx.l.google.com")!.Shape!.Connections);
        Assert.Empty(table.ProviderOf("mx.yahoo.com")!.Shape!.WarmUp!.Days);
        Assert.Equal(100, table.ProviderOf("mx.outlook.com")!.Shape!.WarmUp!.Days[0]);
        Assert.Null(table.ProviderOf("mx1.icloud.com")!.Shape!.WarmUp);
        Assert.Equal(ReplyTable.Shipped.UsualWarmUp, table.UsualWarmUp);
    }

    [Fact]
    public void The_others_are_those_that_no_provider_names()
    {
        ReplyTable table = Read("[provider others]\nConnections = 7\n").Settings!.Replies;
        Assert.Equal(7, table.UsualShape.Connections);
        Assert.Null(table.ProviderOf("mx.far.example"));
    }

    [Theory]
    [InlineData("[provider google]\nConnections = 0\n", "not a number from 1 to 100000")]
    [InlineData("[provider google]\nMessagesPerMinute = many\n", "not a number from 0 to 100000")]
    [InlineData("[provider google]\nWarmUp = 100, 50\n", "none less than the one before")]
    [InlineData("[provider google]\nWarmUp = 100\nWarmUpSource = a book\n", "not the address of a page")]
    [InlineData("[provider others]\nHosts = far.example\n", "the others are those that no provider names")]
    [InlineData("[provider partner]\nConnections = 3\n", "the provider has no Hosts")]
    public void A_limit_that_cannot_be_is_refused(string file, string reason) =>
        Assert.Contains(reason, Assert.Single(Read(file).Problems, one => one.Line > 0).ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_limits_that_the_guide_shows_can_be_written_as_they_stand()
    {
        string chapter = Chapter("## How much a provider is sent at a time");
        ConfigurationResult read = Read(chapter.Split("```text\n")[1].Split("```")[0]);
        Assert.DoesNotContain(read.Problems, one => one.File.EndsWith("replies.ini", StringComparison.Ordinal));
    }

    private static string Chapter(string heading) =>
        Repository.Read("docs/guide/configuration.md").ReplaceLineEndings("\n").Split(heading)[1].Split("\n## ")[0];

    private static ConfigurationResult Read(string file)
    {
        using var folder = new ConfigurationFolder();
        return folder.With("sbbs.ini", "[Mail]\n").With("replies.ini", file).Read();
    }

    private static Cause Classify(string file, string text) => Read(file).Settings!.Replies.Classify(Peer(text));

    private static RemoteOutcome Peer(string text) => new(new SmtpReply(550, "", text), FromPeer: true, "mx.example");
}
