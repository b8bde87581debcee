using System.Reflection;
using System.Text;
using CsCheck;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Tests.Configuration;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Delivery;

public sealed class ReportWordsTests
{
    private static readonly DateTimeOffset Until = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Languages => [.. ReportWords.Languages];

    [Fact]
    public void There_are_English_and_German() => Assert.Equal(["de", "en"], ReportWords.Languages);

    [Theory]
    [MemberData(nameof(Languages))]
    public void Every_class_has_words_and_every_place_in_them_is_filled(string language)
    {
        var words = ReportWords.Of(language);
        foreach (FailureClass kind in FailureClasses.All)
        {
            Cause cause = Cause.None with { Class = kind };
            string[] all =
            [
                .. words.Failed(cause, "far.example", "", isExhausted: false),
                .. words.Failed(cause, "far.example", "the domain does not exist", isExhausted: true),
                .. words.Delayed(cause, "far.example", "", hasSpoken: true, null, Until),
                .. words.Delayed(cause, "far.example", "", hasSpoken: false, Until, Until),
            ];
            Assert.All(all, paragraph => Assert.Matches("^[^{}]{4,}$", paragraph));
        }
    }

    [Fact]
    public void A_domain_that_does_not_exist_is_not_taken_for_a_mailbox_that_does_not()
    {
        Cause cause = ReplyTable.Shipped.Classify(new RemoteOutcome(DeliveryReplies.NoSuchDomain("nowhere.example"), false, ""));
        Assert.Equal(FailureClass.RecipientUnknown, cause.Class);
        Assert.StartsWith(
            "Es gibt kein nowhere.example, das Mail annimmt",
            ReportWords.Of("de").Failed(cause, "nowhere.example", "", isExhausted: false)[0],
            StringComparison.Ordinal
        );
    }

    /// <summary>An operator may call his entries as he likes.</summary>
    [Theory]
    [InlineData("waiting")]
    [InlineData("report")]
    [InlineData("detail")]
    [InlineData("")]
    public void An_entry_that_has_the_name_of_a_section_has_the_words_of_its_class(string name)
    {
        Cause cause = Cause.None with { Class = FailureClass.MailboxFull, Rule = name };
        Assert.StartsWith(
            "The recipient's mailbox is full",
            ReportWords.Of("en").Failed(cause, "far.example", "", isExhausted: false)[0],
            StringComparison.Ordinal
        );
    }

    /// <summary>Else nobody would ever read them.</summary>
    [Theory]
    [MemberData(nameof(Languages))]
    public void Words_of_an_entry_are_those_of_one_that_the_table_has(string language)
    {
        string[] entries =
        [
            .. SectionsOf(language)
                .Where(section => section.StartsWith("entry ", StringComparison.Ordinal))
                .Select(section => section["entry ".Length..])
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(["own-in-doubt", "own-no-such-domain", "own-null-mx", "temporary-dns"], entries);
        string table = Repository.Read("src/Packetboat.Relay/Diagnosis/replies.ini");
        Assert.All(entries, entry => Assert.Contains($"\n[{entry}]\n", table, StringComparison.Ordinal));
    }

    private static IEnumerable<string> SectionsOf(string language) =>
        Repository
            .Read($"src/Packetboat.Relay/Delivery/Words/{language}.ini")
            .Split('\n')
            .Where(line => line.StartsWith('['))
            .Select(line => line[1..line.IndexOf(']', StringComparison.Ordinal)]);

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_subject_is_ASCII_and_every_action_has_an_introduction(string language)
    {
        foreach (DsnAction action in Enum.GetValues<DsnAction>())
        {
            DsnWords words = ReportWords.Of(language).For(action, "mail.node.example");
            Assert.True(Ascii.IsValid(words.Subject));
            Assert.Contains("mail.node.example", words.Opening, StringComparison.Ordinal);
            Assert.NotEmpty(words.Introductions[action]);
        }
    }

    /// <summary>By each of what we say ourselves, with marks where something else stands each time.</summary>
    [Fact]
    public void Whatever_we_say_of_a_failure_ourselves_is_said_in_German_too()
    {
        MethodInfo[] all = typeof(DeliveryReplies).GetMethods(BindingFlags.Static | BindingFlags.Public);
        Assert.NotEmpty(all);
        foreach (MethodInfo method in all)
        {
            object[] marks =
            [
                .. method
                    .GetParameters()
                    .Select(
                        (parameter, i) =>
                            parameter.ParameterType == typeof(SmtpReply)
                                ? new SmtpReply(454, "4.7.0", $"mark{i}")
                                : (object)$"mark{i}"
                    ),
            ];
            string english = ((SmtpReply)method.Invoke(null, marks)!).Text;
            string german = Detail("de", english);

            Assert.NotEqual(english, german);
            Assert.All(marks, mark => Assert.Contains(mark.ToString()!, german, StringComparison.Ordinal));
            Assert.DoesNotContain('{', german);
            Assert.Equal(english, Detail("en", english));
        }
    }

    [Theory]
    [InlineData(
        "no connection: hub.example: no answer within 20 seconds",
        "keine Verbindung: hub.example: keine Antwort innerhalb von 20 Sekunden"
    )]
    [InlineData(
        "TLS is demanded by the memory of mx.far.example, which has had TLS since 2026-11-01, and mx.far.example offers none; nothing was sent in clear",
        "die Erinnerung an mx.far.example, der seit 2026-11-01 TLS hatte, verlangt TLS, und mx.far.example bietet keines an; es wurde nichts im Klartext gesendet"
    )]
    [InlineData(
        "TLS is demanded by the TLSA records of mx.far.example, and the certificate of mx.far.example does not do: it is not the one that the TLSA records name",
        "der TLSA-Eintrag von mx.far.example verlangt TLS, und das Zertifikat von mx.far.example genügt nicht: es ist nicht das, das die TLSA-Einträge nennen"
    )]
    [InlineData(
        "no authority that is trusted here has signed it (no answer)",
        "keine Stelle, der hier vertraut wird, hat es unterschrieben (no answer)"
    )]
    [InlineData("the connection failed: Broken pipe", "die Verbindung ist gescheitert: Broken pipe")]
    [InlineData("something else {host}", "something else {host}")]
    [InlineData("the domain far example does not exist", "the domain far example does not exist")]
    [InlineData("the domain  does not exist", "the domain  does not exist")]
    [InlineData(
        "not tried: not tried: not tried: not tried: not tried: x",
        "nicht versucht: nicht versucht: nicht versucht: nicht versucht: not tried: x"
    )]
    public void A_sentence_in_a_sentence_is_translated_and_what_is_nobodys_stays(string english, string german) =>
        Assert.Equal(german, Detail("de", english));

    /// <summary>What a peer or the system said may stand in any of our sentences.</summary>
    [Fact]
    public void Whatever_words_stand_in_a_sentence_of_ours_they_stay_as_they_are() =>
        Gen.String.Sample(words => Detail("de", $"no connection: #{words}") == $"keine Verbindung: #{words}");

    /// <summary>A sentence that is changed where it is said would be said in English from then on.</summary>
    [Fact]
    public void Every_sentence_that_is_known_again_is_said_somewhere()
    {
        string source = string.Concat(Repository.Files("src", "*.cs").Select(File.ReadAllText));
        IEnumerable<string> pieces = Sentences("en")
            .Values.SelectMany(sentence => sentence.Split('{', '}').Where((_, i) => i % 2 == 0))
            .Where(piece => piece.Length > 3);
        Assert.All(pieces, piece => Assert.Contains(piece, source, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Languages))]
    public void A_language_has_all_sentences_with_the_same_places(string language)
    {
        Dictionary<string, string> english = Sentences("en");
        Dictionary<string, string> other = Sentences(language);
        Assert.Equal(english.Keys.Order(), other.Keys.Order());
        Assert.All(english, one => Assert.Equal(Places(one.Value), Places(other[one.Key])));
    }

    private static string Detail(string language, string words) =>
        ReportWords.Of(language).Failed(Cause.None, "far.example", words, isExhausted: false)[3][1..^1];

    private static string[] Places(string sentence) =>
        [
            .. sentence
                .Split('{')
                .Skip(1)
                .Select(rest => rest[..rest.IndexOf('}', StringComparison.Ordinal)])
                .Order(StringComparer.Ordinal),
        ];

    private static Dictionary<string, string> Sentences(string language)
    {
        string file = Repository.Read($"src/Packetboat.Relay/Delivery/Words/{language}.ini").ReplaceLineEndings("\n");
        return file[file.IndexOf("[detail]\n", StringComparison.Ordinal)..]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Split(" = ", 2))
            .ToDictionary(line => line[0], line => line[1], StringComparer.Ordinal);
    }

    [Fact]
    public void What_was_not_tried_yet_is_said_to_wait() =>
        Assert.StartsWith(
            "The message waits for its turn",
            ReportWords.Of("en").Delayed(Cause.None, "far.example", "", hasSpoken: false, null, Until)[0],
            StringComparison.Ordinal
        );

    [Fact]
    public void A_language_without_words_is_refused_with_those_that_have_some()
    {
        ConfigurationResult read = ConfigurationFolder.ReadFile("[Mail]\n", "[Delivery]\nReportLanguage = fr\n");
        Assert.Null(read.Settings);
        Assert.Contains(
            "there are de, en",
            Assert.Single(read.Problems, one => one.Line == 2).ToString(),
            StringComparison.Ordinal
        );
    }
}
