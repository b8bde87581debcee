using System.Text;
using CsCheck;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Tests.Configuration.SbbsIni;

public sealed class IniDocumentTests
{
    [Theory]
    [InlineData("[Mail]\nKey = value", "value")]
    [InlineData("[Mail]\n\t Key=value  \t\r\n", "value")]
    [InlineData("[ mail ]\tSMTP server [not] a name", null)]
    [InlineData("[Mail] remark\nKey = value", "value")]
    [InlineData("[Mail] remark [x]\nKey = value", null)]
    [InlineData("[Web|Mail]\nKey = value", "value")]
    [InlineData("[mail]\nkEY = value", "value")]
    [InlineData("[mail]\nKey = other\n[Mail]\nKey = value", "value")]
    [InlineData("[Mail]\nKey = value\nKey = other", "value")]
    [InlineData("[Mail]\nOther = 1\n[Mail]\nKey = value", null)]
    [InlineData("[Mail]\n; Key = other\nKey = value", "value")]
    [InlineData("[Mail]\nKey = a:b=c", "a:b=c")]
    [InlineData("[Mail]\nKey = value ; no comment", "value ; no comment")]
    [InlineData("[Mail]\nKey = \"value\"", "\"value\"")]
    [InlineData("[Mail]\n!eof\nKey = value", null)]
    [InlineData("[Mail]\n !eof\nKey = value", "value")]
    [InlineData("[Mail]\nKey = val\u00FFue", "val")]
    [InlineData("[Mail\nKey = value", null)]
    [InlineData("\u00EF\u00BB\u00BF[Mail]\nKey = value", "value")]
    public void A_value_is_found_where_Synchronet_finds_it(string text, string? expected) =>
        Assert.Equal(expected, Parse(text).Find("Mail", "Key")?.Text);

    [Theory]
    [InlineData("Key: value  ", "value  ")]
    [InlineData("Key:\" lead space\"", " lead space")]
    [InlineData("Key:\" both \"  ", " both ")]
    [InlineData(@"Key:a\tb\x41\101\\\""", "a\tbAA\\\"")]
    [InlineData("Key:C:=x", "C:=x")]
    [InlineData(@"Key = a\tb", @"a\tb")]
    public void A_colon_begins_a_literal(string line, string expected) =>
        Assert.Equal(expected, Parse("[Mail]\n" + line).Find("Mail", "Key")!.Text);

    [Fact]
    public void A_number_takes_no_notice_of_a_colon() => Assert.Equal("12", Parse("[Mail]\nKey: 12 ").Find("Mail", "Key")!.Plain);

    [Fact]
    public void Keys_before_the_first_section_are_in_the_root() =>
        Assert.Equal("v", Parse("Key = v\n[Mail]").Find("", "Key")!.Text);

    [Fact]
    public void An_entry_knows_its_file_and_line() =>
        Assert.Equal("test.ini:3", Parse("; x\n[Mail]\nKey = v").Find("Mail", "Key")!.Line.ToString());

    [Fact]
    public void Every_octet_of_a_file_is_kept_for_who_writes_it_back()
    {
        const string Text = "; comment\r\n[Mail]\tremark\n\n\tKey = v \xFF x\nlast";
        byte[] kept = Parse(Text).Lines.SelectMany(l => l.Raw.ToArray()).ToArray();
        Assert.Equal(Text, Encoding.Latin1.GetString(kept));
    }

    [Fact]
    public void A_value_has_at_most_1023_characters()
    {
        IniEntry entry = Parse("[Mail]\nKey = " + new string('x', 1024)).Find("Mail", "Key")!;
        Assert.Equal((1023, true), (entry.Text.Length, entry.IsCut));
    }

    [Fact]
    public void A_value_of_1023_characters_is_whole() =>
        Assert.False(Parse("[Mail]\nKey = " + new string('x', 1023)).Find("Mail", "Key")!.IsCut);

    [Fact]
    public void A_line_has_at_most_2047_characters()
    {
        string blanks = new(' ', 2040);
        Assert.Equal("ab", Parse($"[Mail]\n{blanks}Key= abc").Find("Mail", "Key")!.Text);
    }

    [Fact]
    public void A_line_that_is_neither_entry_nor_comment_is_listed() =>
        Assert.Equal("nonsense", Assert.Single(Parse("[Mail]\nnonsense\n;c\n").Section("Mail")!.Strays).Text);

    [Fact]
    public void No_octets_make_reading_fail() =>
        Gen.OneOf(
                Gen.Byte.Array[0, 300],
                Gen.OneOf("[", "]", "|", "=", ":", ";", "\"", "\\x", "!include *", "!eof", "\n", "\r", " ", "k", "\xFF")
                    .Array[0, 60]
                    .Select(parts => Encoding.Latin1.GetBytes(string.Concat(parts)))
            )
            .Sample(bytes =>
            {
                IniDocument document = IniReader.Parse(bytes, "fuzz.ini", "/nonexistent");
                foreach (IniEntry entry in document.Sections.SelectMany(s => s.Entries))
                    if (entry.Raw.Length > 1023 || entry.Text.Length > entry.Raw.Length || entry.Key.Length == 0)
                        throw new InvalidOperationException($"'{entry}' grew");
            });

    private static IniDocument Parse(string text) => IniReader.Parse(Encoding.Latin1.GetBytes(text), "test.ini", "/nonexistent");
}
