using Packetboat.Relay.Doctor;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Doctor;

public sealed class LastReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LastReport _last;

    public LastReportTests() => _last = new LastReport(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_later_one_takes_the_place_of_the_one_before_and_others_may_not_read_it()
    {
        Assert.Null(_last.Read());
        Assert.Equal("", _last.Keep(Report("first")));
        Assert.Equal("", _last.Keep(Report("second")));

        DoctorReport read = _last.Read()!;
        Assert.Equal(("second", TestMail.Noon, "spf"), (read.Reason, read.At, read.First!.Check));
        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void What_is_no_report_is_none(string content)
    {
        _last.Keep(Report(""));
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.Path)), content);

        Assert.Null(_last.Read());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_reason_and_no_fault() =>
        Assert.NotEmpty(new LastReport(_folder.File("nowhere")).Keep(Report("")));

    private static DoctorReport Report(string reason) =>
        new(
            TestMail.Noon,
            "node.example",
            "node.example",
            "/ctrl",
            reason,
            [new Finding("spf", "SPF", CheckVerdict.Failure, "words", "cause", "remedy", [])],
            new Advice("As it does.", "", [])
        );
}
