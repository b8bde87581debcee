using System.Globalization;
using CsCheck;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Tests.Configuration.SbbsIni;

public sealed class IniValueTests
{
    [Theory]
    [InlineData("true", true, null)]
    [InlineData("YES", true, null)]
    [InlineData("On ; comment", true, null)]
    [InlineData("on;", true, null)]
    [InlineData("1", true, null)]
    [InlineData("0x10", true, null)]
    [InlineData("0", false, null)]
    [InlineData("false", false, null)]
    [InlineData("No", false, null)]
    [InlineData("off ; comment", false, null)]
    [InlineData("truely", false, Severity.Error)]
    [InlineData("maybe", false, Severity.Error)]
    public void A_boolean_is_read(string text, bool expected, Severity? fault) =>
        Check(IniNumber.ReadBoolean(text), expected, fault);

    [Theory]
    [InlineData("587", 587, null)]
    [InlineData("-1", -1, null)]
    [InlineData("0x1F", 31, null)]
    [InlineData("7 ; comment", 7, null)]
    [InlineData("010", 8, Severity.Warning)]
    [InlineData("07", 7, null)]
    [InlineData("587x", 587, Severity.Warning)]
    [InlineData("089", 0, Severity.Warning)]
    [InlineData("1h", 1, Severity.Warning)]
    [InlineData("yes", 1, Severity.Warning)]
    [InlineData("abc", 0, Severity.Error)]
    [InlineData("-", 0, Severity.Error)]
    public void An_integer_is_read_as_in_C(string text, long expected, Severity? fault) =>
        Check(IniNumber.ReadInteger(text), expected, fault);

    [Theory]
    [InlineData("90", 90, null)]
    [InlineData("90s", 90, null)]
    [InlineData("2m", 120, null)]
    [InlineData("2 M", 120, null)]
    [InlineData("1.5h", 5400, null)]
    [InlineData("1d", 86400, null)]
    [InlineData("1W", 604800, null)]
    [InlineData("1Y", 31536000, null)]
    [InlineData("10 minutes", 600, null)]
    [InlineData("2m ; comment", 120, null)]
    [InlineData("0", 0, null)]
    [InlineData("1h30m", 3600, Severity.Warning)]
    [InlineData("3 months", 180, Severity.Warning)]
    [InlineData("500ms", 30000, Severity.Warning)]
    [InlineData("5x", 5, Severity.Warning)]
    [InlineData("soon", 0, Severity.Error)]
    [InlineData("-5", 0, Severity.Error)]
    public void A_duration_is_read(string text, double seconds, Severity? fault) =>
        Check(IniDuration.Read(text), TimeSpan.FromSeconds(seconds), fault);

    [Fact]
    public void A_sum_of_durations_is_explained() => Assert.Equal("90m", Assert.Single(IniDuration.Read("1h30m").Faults).Better);

    [Theory]
    [InlineData("20M", 20L << 20, null)]
    [InlineData("1.5k", 1536, null)]
    [InlineData("1500000", 1500000, null)]
    [InlineData("2G", 2L << 30, null)]
    [InlineData("1E", 1L << 60, null)]
    [InlineData("20MB", 20L << 20, null)]
    [InlineData("20MiB ; comment", 20L << 20, null)]
    [InlineData("20 M", 20, Severity.Warning)]
    [InlineData("20Mx", 20L << 20, Severity.Warning)]
    [InlineData("big", 0, Severity.Error)]
    [InlineData("99999999999E", long.MaxValue, null)]
    public void A_size_is_read(string text, long expected, Severity? fault) => Check(IniBytes.Read(text), expected, fault);

    [Fact]
    public void A_blank_before_the_unit_of_a_size_is_explained() =>
        Assert.Equal("20M", Assert.Single(IniBytes.Read("20 M").Faults).Better);

    [Theory]
    [InlineData("Warning", 4, null)]
    [InlineData("err", 3, null)]
    [InlineData("6", 6, null)]
    [InlineData("debug ; comment", 7, null)]
    [InlineData("loud", 0, Severity.Error)]
    [InlineData("8", 0, Severity.Error)]
    public void A_level_is_read_by_name_by_beginning_or_by_number(string text, int expected, Severity? fault) =>
        Check(IniChoice.Read(text, Enum.GetNames<SyslogLevel>()), expected, fault);

    [Fact]
    public void A_list_drops_what_is_empty() => Assert.Equal(["a", "b c"], IniList.Read(" a,, b c ,"));

    [Theory]
    [InlineData("ALLOW_POP3 | RELAY_TX", 0x24u)]
    [InlineData("allow_pop3|relay_tx|", 0x24u)]
    [InlineData("0x20 | ALLOW_POP3", 0x24u)]
    [InlineData("", 0u)]
    public void Flags_are_read_by_name_or_number(string text, uint expected) => Check(Flags(text), expected, null);

    [Theory]
    [InlineData("RELAY_TX | RELAY_AUTH_PLIAN", 0x20u, "RELAY_TX | RELAY_AUTH_PLAIN")]
    [InlineData("RELAY_TX | TLS_POP3 ; secure", 0x20u, "RELAY_TX | TLS_POP3")]
    [InlineData("RELAY_TX, TLS_POP3", 0u, "RELAY_TX | TLS_POP3")]
    [InlineData("USE_SUBMISSIONS_PORT", 0u, "TLS_SUBMISSION")]
    [InlineData("XYZZY", 0u, "")]
    [InlineData("RELAY_TX | MUTE", 0x20u, "RELAY_TX")]
    public void A_flag_that_counts_for_none_is_explained(string text, uint value, string better)
    {
        IniReading<uint> reading = Flags(text);
        IniFault fault = Assert.Single(reading.Faults);
        Assert.Equal((value, Severity.Error, better), (reading.Value, fault.Severity, fault.Better));
    }

    [Fact]
    public void Flags_are_written_with_left_over_bits_as_a_number() =>
        Assert.Equal("ALLOW_POP3 | RELAY_TX | 0x80000000", IniFlags.Write(0x80000024, KeyTable.FlagBits));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(90, "90s")]
    [InlineData(120, "2m")]
    [InlineData(5400, "90m")]
    [InlineData(3600, "1h")]
    [InlineData(604800, "1w")]
    [InlineData(0.5, "0.5")]
    public void A_duration_is_written_in_its_largest_whole_unit(double seconds, string expected) =>
        Assert.Equal(expected, IniDuration.Write(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void What_is_written_reads_the_same() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Long[0, 1L << 50], Gen.UInt)
            .Sample(
                (seconds, bytes, flags) =>
                    IniDuration.Read(IniDuration.Write(TimeSpan.FromSeconds(seconds))) is { Faults.Count: 0 } duration
                    && duration.Value == TimeSpan.FromSeconds(seconds)
                    && IniBytes.Read(IniBytes.Write(bytes)) is { Faults.Count: 0 } size
                    && size.Value == bytes
                    && Flags(IniFlags.Write(flags, KeyTable.FlagBits)).Value == flags
            );

    [Fact]
    public void No_text_makes_reading_fail() =>
        Gen.OneOf(
                Gen.String,
                Gen.OneOf("0", "9", "x", "-", ".", "h", "M", " ", ";", "|", "1h", "A", ",", "[", ":")
                    .Array[0, 30]
                    .Select(string.Concat)
            )
            .Sample(text =>
            {
                IniNumber.ReadBoolean(text);
                IniNumber.ReadInteger(text);
                IniChoice.Read(text, ["one", "two"]);
                ServerAddress.Parse(text);
                ListenAddress.Parse(text);
                Flags(text);
                if (IniDuration.Read(text).Value < TimeSpan.Zero || IniBytes.Read(text).Value < 0)
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"'{text}' became negative"));
            });

    private static IniReading<uint> Flags(string text) => IniFlags.Read(text, KeyTable.FlagBits, KeyTable.FormerFlags);

    private static void Check<T>(IniReading<T> reading, T expected, Severity? fault)
    {
        Assert.Equal(expected, reading.Value);
        Assert.Equal(fault, reading.Faults.Count == 0 ? null : Assert.Single(reading.Faults).Severity);
    }
}
