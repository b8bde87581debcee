using System.Text;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Tests.Configuration;

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
